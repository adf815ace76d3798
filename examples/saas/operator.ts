import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { settings } from './settings.js'

const CLI = fileURLToPath(new URL('../../generator/cli/bin.ts', import.meta.url))
const run = promisify(execFile)

/** Runs `gatewright keys …` on the gateway's Redis and returns what it prints. */
async function keys(...args: readonly string[]): Promise<string> {
  const place = ['--redis', settings.redisUrl, '--redis-prefix', settings.redisPrefix]
  try {
    return (await run(process.execPath, [...process.execArgv, CLI, 'keys', ...args, ...place])).stdout
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string }
    throw new Error(`gatewright keys ${args[0]} failed: ${stdout || stderr || String(error)}`)
  }
}

/** A key as it is shown once, and the id that names it afterwards. */
export interface MintedKey {
  readonly key: string
  readonly id: string
}

/** What an operator does with keys, by the command line. */
export const operator = {
  async mint(tenant: string, plan: 'free' | 'pro'): Promise<MintedKey> {
    const printed = await keys('mint', '--json', '--prefix', 'saas', '--consumer', tenant, '--metadata', JSON.stringify({ plan }))
    const { key, record } = JSON.parse(printed) as { readonly key: string; readonly record: { readonly id: string } }
    return { key, id: record.id }
  },
  expire: ({ id }: MintedKey, within: string) => keys('expire', id, within),
  revoke: ({ id }: MintedKey) => keys('revoke', id),
}
