import { parseArgs } from 'node:util'
import { ConfigError, resolveGateway } from 'gatewright'
import config from './gateway.config.js'
import { type Ending, Processes } from './processes.js'
import { playSession } from './session.js'
import { Shop } from './shop.js'
import { welcome } from './welcome.js'

/** Exit code: 0 if the session's checks held, 1 if one did not or a process died, 128 + n if signal n came first. */
async function main(once: boolean): Promise<number> {
  let verdict: number | undefined
  let closing = false
  const print = (line = '') => {
    if (!closing) console.log(line)
  }
  let interrupt: (code: number) => void = () => undefined
  const interrupted = new Promise<number>((resolve) => {
    interrupt = resolve
  })
  process.once('SIGINT', () => interrupt(verdict ?? 130))
  process.once('SIGTERM', () => interrupt(verdict ?? 143))
  const processes = new Processes((ending) => {
    explain(ending)
    interrupt(1)
  })
  const shop = new Shop(processes, (line) => print(`  gateway says: ${line}`))

  async function play(): Promise<number> {
    print('Opening the shop: five services and the gateway, each a process of its own …')
    await shop.open()
    await welcome(shop, print)
    verdict = (await playSession(shop, print)) ? 0 : 1
    if (once) return verdict
    print('\nThe shop stays open: requests that you make show up below as access log lines. Ctrl-C closes it.')
    shop.log.follow(print)
    return interrupted
  }

  try {
    return await Promise.race([play(), interrupted])
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`)
    return 1
  } finally {
    closing = true
    await processes.stop()
  }
}

function explain({ name, pid, how, lastWords }: Ending): void {
  console.error([`\n${name} (pid ${pid}) ended unexpectedly with ${how}`, ...lastWords].join('\n  '))
}

function readOptions(): { once: boolean } | undefined {
  try {
    return parseArgs({ options: { once: { type: 'boolean', default: false } } }).values
  } catch (error) {
    console.error(
      `${(error as Error).message}\nusage: npm start -- [--once]    --once plays the session and exits: 0 if every check held, else 1`,
    )
    return undefined
  }
}

function configIsSound(): boolean {
  try {
    resolveGateway(config)
    return true
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    return false
  }
}

const options = readOptions()
process.exit(options === undefined ? 2 : configIsSound() ? await main(options.once) : 1)
