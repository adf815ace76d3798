import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { createProject } from './create-project.js'

const BIN = join(resolve(import.meta.dirname, '../..'), 'generator/cli/bin.ts')

export interface StartFromOptions {
  /** The text of the config, for the address of the upstream. */
  readonly config: (target: string) => string
  /** What the upstream answers. Default: 200 with `ok`. */
  readonly answer?: RequestListener
  /** The shell's command line around the gateway's: where its output goes, and what it may have. Default: the command itself. */
  readonly shell?: (command: string) => string
  /** A module that is loaded before it. */
  readonly preload?: string
}

/** A gateway as the command line starts it, from a shell, in front of an upstream of this process. */
export async function startFrom(t: ExecutionContext, { config, answer, shell = (command) => command, preload }: StartFromOptions) {
  const server: Server = createServer(answer ?? ((_request, response) => void response.end('ok'))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const cwd = await createProject(t, { 'gateway.config.ts': config(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) })
  const node = [process.execPath, `--import=${import.meta.resolve('tsx/esm')}`, '--conditions=@gatewright/source']
  const start = [
    ...node,
    ...(preload ? [`--import=${preload}`] : []),
    BIN,
    'start',
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--admin-port',
    '0',
  ]
  const child: ChildProcess = spawn('sh', ['-c', shell('exec "$@"'), 'sh', ...start], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  t.teardown(() => child.kill('SIGKILL'))
  let words = ''
  let log = ''
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => (log += piece))
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (words += piece))
  const found = (name: string) => new RegExp(`${name} +(http:\\S+)`).exec(words)?.[1]
  while (found('admin') === undefined) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${words}`)
    await wait(20)
  }
  const metric = async (pattern: RegExp) => Number(pattern.exec(await (await fetch(`${found('admin')}/metrics`)).text())?.[1] ?? 0)
  /** What the gateway wrote to its log so far. */
  const logged = () => log
  return { child, exit, url: found('gateway') as string, adminUrl: found('admin') as string, metric, logged, words: () => words }
}

/** Waits until something holds, for half a minute. */
export async function until(t: ExecutionContext, holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await holds()); await wait(50)) if (Date.now() > deadline) return t.fail(what)
}
