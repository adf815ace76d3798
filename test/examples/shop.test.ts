import { createServer } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { resolveGateway } from 'gatewright'
import config from '../../examples/shop/gateway.config.js'
import { freePorts } from '../helpers/free-ports.js'
import { portsClose, runScript } from '../helpers/processes.js'

const MAIN = 'examples/shop/main.ts'
const VARIABLES = [
  'SHOP_GATEWAY_PORT',
  'SHOP_ADMIN_PORT',
  'SHOP_ISSUER_PORT',
  'SHOP_CATALOG_1_PORT',
  'SHOP_CATALOG_2_PORT',
  'SHOP_ORDERS_PORT',
  'SHOP_ACCOUNTS_PORT',
]

const envOf = (ports: readonly number[]) => Object.fromEntries(VARIABLES.map((name, index) => [name, String(ports[index])]))

async function openShop(t: ExecutionContext, args: readonly string[] = []) {
  const ports = await freePorts(VARIABLES.length)
  return { ports, shop: runScript(t, MAIN, args, envOf(ports)) }
}

test('the shop’s config is sound and declares what callers may do', (t) => {
  const { routes, upstreams } = resolveGateway(config)
  t.deepEqual(
    routes.map(({ id, method, path }) => `${id} ${method} ${path}`),
    [
      'catalog.list GET /products',
      'catalog.get GET /products/{sku}',
      'catalog.image GET /products/{sku}/image',
      'stock.feed GET /stock',
      'orders.place POST /orders',
      'orders.list GET /orders',
      'orders.get GET /orders/{id}',
      'account.get GET /account',
      'account.update PATCH /account',
    ],
  )
  t.deepEqual(
    upstreams.map(({ name, settings }) => [name, Array.isArray(settings.targets) && settings.targets.length]),
    [
      ['catalog', 2],
      ['orders', 1],
      ['accounts', 1],
    ],
  )
})

test.serial('one session is played through the gateway, every check holds, and nothing is left running', async (t) => {
  const { shop, ports } = await openShop(t, ['--once'])
  const { code, output } = await shop.ended
  t.is(code, 0, output)
  for (const line of [
    /✓ both instances of the catalog answered: catalog-1 ×\d+, catalog-2 ×\d+/,
    /✓ with one character of the signature changed: 401 INVALID_CREDENTIALS/,
    /✓ a token for one second: 200 at first, 401 once it has expired/,
    /✓ each mistake is named/,
    /✓ a good order: 201, priced by the shop/,
    /✓ Mia’s account is read \d+ times in a row, then: 429 RATE_LIMITED/,
    /✓ the same call with retries waits by itself: .*200 after/,
    /✓ no request was lost/,
    /✓ started again, catalog-1 is taken back/,
    /✓ access log: each of the \d+ requests has its line/,
    /✓ metrics: gatewright_requests_total rose by the same counts/,
    /All \d+ checks held\./,
  ])
    t.regex(output, line)
  t.notRegex(output, /✗/)
  t.true(await portsClose(ports, 0))
})

test.serial('Ctrl-C closes every process of a shop that stays open', async (t) => {
  const { shop, ports } = await openShop(t)
  const output = await shop.shows('The shop stays open')
  const [url] = /http:\/\/127\.0\.0\.1:\d+\/products/.exec(output) ?? []
  t.is((await fetch(url as string)).status, 200)
  await shop.shows('"route":"catalog.list"')
  shop.child.kill('SIGINT')
  t.is((await shop.ended).code, 0)
  t.true(await portsClose(ports, 0))
})

test.serial('a shop that is killed without warning leaves no process behind', async (t) => {
  const { shop, ports } = await openShop(t)
  await shop.shows('The shop is open')
  shop.child.kill('SIGKILL')
  await shop.ended
  t.true(await portsClose(ports, 10_000))
})

test.serial('a process that dies unexpectedly is named, and the rest is closed', async (t) => {
  const { shop, ports } = await openShop(t)
  const output = await shop.shows('The shop is open')
  const pid = Number(/orders (\d+)/.exec(output)?.[1])
  process.kill(pid, 'SIGKILL')
  const ended = await shop.ended
  t.is(ended.code, 1)
  t.regex(ended.output, new RegExp(`orders \\(pid ${pid}\\) ended unexpectedly with signal SIGKILL`))
  t.true(await portsClose(ports, 0))
})

test('a port in use is named with its variable, and nothing is started', async (t) => {
  const ports = await freePorts(VARIABLES.length)
  const holder = createServer().listen(ports[3], '127.0.0.1')
  t.teardown(() => new Promise<void>((resolve) => holder.close(() => resolve())))
  const { code, output } = await runScript(t, MAIN, ['--once'], envOf(ports)).ended
  t.is(code, 1)
  t.regex(output, new RegExp(`port ${ports[3]} is in use: .*SHOP_CATALOG_1_PORT`))
})

test('a wrong port or flag is explained before anything starts', async (t) => {
  const wrong = await runScript(t, MAIN, ['--once'], { SHOP_ORDERS_PORT: 'ninety' }).ended
  t.is(wrong.code, 1)
  t.regex(wrong.output, /GW1004 .*SHOP_ORDERS_PORT is .*invalid/)
  const flag = await runScript(t, MAIN, ['--twice']).ended
  t.is(flag.code, 2)
  t.regex(flag.output, /usage: npm start/)
})

test('the generated documents and client are those of the config', async (t) => {
  const args = ['generate', '--config', 'examples/shop/gateway.config.ts', '--out', 'examples/shop/generated', '--check']
  const { code, output } = await runScript(t, 'generator/cli/bin.ts', args).ended
  t.is(code, 0, output)
})
