import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { AccessLog } from './access-log.js'
import { ports } from './ports.js'
import type { Processes, ProcessPlan } from './processes.js'

const local = (port: number) => `http://127.0.0.1:${port}`
const service = (file: string) => new URL(`./services/${file}.ts`, import.meta.url)
const CLI = new URL('../../generator/cli/bin.ts', import.meta.url)
const CONFIG = fileURLToPath(new URL('./gateway.config.ts', import.meta.url))

const VARIABLES: Readonly<Record<keyof typeof ports, string>> = {
  gateway: 'SHOP_GATEWAY_PORT',
  admin: 'SHOP_ADMIN_PORT',
  issuer: 'SHOP_ISSUER_PORT',
  catalog1: 'SHOP_CATALOG_1_PORT',
  catalog2: 'SHOP_CATALOG_2_PORT',
  orders: 'SHOP_ORDERS_PORT',
  accounts: 'SHOP_ACCOUNTS_PORT',
}

const plan = (name: string, file: string, port: number, env: Readonly<Record<string, string>> = {}): ProcessPlan => ({
  name,
  script: service(file),
  env: { PORT: String(port), ...env },
  ready: `${local(port)}/healthz`,
})

/** Four services, one of them twice, and the token issuer. */
const SERVICES = {
  issuer: plan('issuer', 'issuer', ports.issuer, { ISSUER: `${local(ports.issuer)}/` }),
  'catalog-1': plan('catalog-1', 'catalog', ports.catalog1),
  'catalog-2': plan('catalog-2', 'catalog', ports.catalog2),
  orders: plan('orders', 'orders', ports.orders),
  accounts: plan('accounts', 'accounts', ports.accounts),
}

/** The whole shop as one thing to talk to. */
export class Shop {
  readonly url = local(ports.gateway)
  readonly adminUrl = local(ports.admin)
  readonly issuerUrl = local(ports.issuer)
  readonly log: AccessLog
  readonly #processes: Processes

  /** @param onNotice told what the gateway says beyond its access log. */
  constructor(processes: Processes, onNotice: (line: string) => void) {
    this.#processes = processes
    this.log = new AccessLog(onNotice)
  }

  /** Starts the services, then the gateway in front of them, each as a process; resolves when all are ready. */
  async open(): Promise<void> {
    await refuseTakenPorts()
    await Promise.all(Object.values(SERVICES).map((each) => this.#processes.start(each)))
    await this.#processes.start({
      name: 'gateway',
      script: CLI,
      args: ['start', '--config', CONFIG],
      ready: `${this.adminUrl}/readyz`,
      onLine: (line) => this.log.take(line),
    })
  }

  /** `orders 4711, gateway 4712` */
  get roster(): string {
    return this.#processes
      .list()
      .map(({ name, pid }) => `${name} ${pid}`)
      .join(', ')
  }

  /** Kills one instance of the catalog without warning. */
  kill(name: 'catalog-1' | 'catalog-2'): Promise<void> {
    return this.#processes.end(name)
  }

  restart(name: 'catalog-1' | 'catalog-2'): Promise<void> {
    return this.#processes.start(SERVICES[name])
  }

  /** A signed token for one of the demo users; `expiresIn` in seconds. */
  async signIn(user: 'mia' | 'ken' | 'ghost', expiresIn = 900): Promise<string> {
    const response = await fetch(`${this.issuerUrl}/token`, {
      method: 'POST',
      body: JSON.stringify({ user, password: `${user}-demo`, expiresIn }),
    })
    if (!response.ok) throw new Error(`the issuer refused ${user}: ${response.status} ${await response.text()}`)
    return ((await response.json()) as { access_token: string }).access_token
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

async function refuseTakenPorts(): Promise<void> {
  const names = Object.keys(ports) as (keyof typeof ports)[]
  const free = await Promise.all(names.map((name) => isFree(ports[name])))
  const taken = names.filter((_, index) => !free[index])
  if (taken.length === 0) return
  const lines = taken.map((name) => `port ${ports[name]} is in use: stop what holds it, or set ${VARIABLES[name]} to another`)
  throw new Error(lines.join('\n'))
}
