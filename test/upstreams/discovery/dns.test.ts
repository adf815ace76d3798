import type { ExecutionContext } from 'ava'
import test from 'ava'
import { dns, type UpstreamOptions } from 'gatewright'
import { pino } from 'pino'
import { systemClock } from '../../../runtime/clock.js'
import { createUpstreamPool } from '../../../runtime/upstreams/create-upstream-pool.js'
import type { Target } from '../../../runtime/upstreams/target.js'
import { upstreamSchema } from '../../../sdk/upstream.js'
import { type DnsRecord, type DnsServer, startDns } from '../../helpers/dns-server.js'

/** Opens a pool whose targets a name server tells; `until` resolves when its targets are as it wants them. */
async function open(t: ExecutionContext, names: Record<string, readonly DnsRecord[]>, options: (server: DnsServer) => UpstreamOptions) {
  const server = await startDns(names)
  const waiting = new Set<() => void>()
  const counted: string[] = []
  const wake = () => {
    for (const look of waiting) look()
  }
  const pool = createUpstreamPool(
    { name: 'users', settings: upstreamSchema.parse(options(server)) },
    {
      log: pino({ level: 'silent' }),
      clock: systemClock,
      count: (name) => {
        counted.push(name)
        wake()
      },
      tell: () => setImmediate(wake),
    },
  )
  t.teardown(async () => {
    server.close()
    await pool.close()
  })
  const until = (wanted: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!wanted()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  const urls = () => pool.targets.map(({ url }) => url)
  return { server, pool, until, urls, counted }
}

const FAILURES = 'gatewright_discovery_failures_total'
const quick = { minTtl: '100ms', timeout: '200ms' } as const

test('each address of a name is a target, which keeps the name for `Host` and certificates', async (t) => {
  const { pool, urls, server } = await open(t, { 'api.internal': ['10.0.0.2', '10.0.0.1'] }, ({ address }) => ({
    targets: dns('api.internal', { port: 8443, scheme: 'https', path: '/base', servers: [address] }),
  }))
  await pool.warm()
  t.deepEqual(urls(), ['https://10.0.0.1:8443/base', 'https://10.0.0.2:8443/base'])
  t.like(pool.targets[0], { authority: 'api.internal:8443', servername: 'api.internal', address: '10.0.0.1', basePath: '/base' })
  t.deepEqual(server.asked, ['A api.internal'])
})

test('AAAA asks for IPv6, without a port it is that of the scheme, and `host` is another name', async (t) => {
  const { pool, urls } = await open(t, { 'api.internal': ['fd00::2', '10.0.0.1'] }, ({ address }) => ({
    targets: dns('api.internal', { type: 'AAAA', host: 'api.example', servers: [address] }),
  }))
  await pool.warm()
  t.deepEqual(urls(), ['http://[fd00::2]'])
  t.like(pool.targets[0], { authority: 'api.example', address: 'fd00::2' })
})

test('SRV records give ports, weights and priorities; the name without its service is what certificates are held to', async (t) => {
  const srv = (name: string, port: number, weight: number, priority: number) => ({ name, port, weight, priority })
  const { pool } = await open(
    t,
    {
      '_http._tcp.api.internal': [
        srv('a.internal', 4001, 30, 1),
        srv('b.internal', 4002, 10, 1),
        srv('c.internal', 4003, 0, 2),
        srv('gone.internal', 1, 1, 0),
      ],
      'a.internal': ['10.0.0.1', '10.0.0.2'],
      'b.internal': ['10.0.0.3'],
      'c.internal': ['fd00::4'],
    },
    ({ address }) => ({
      balance: 'weighted',
      targets: dns('_http._tcp.api.internal', { type: 'SRV', scheme: 'https', servers: [address] }),
    }),
  )
  await pool.warm()
  t.deepEqual(
    pool.targets.map(({ url, weight, priority, servername }) => [url, weight, priority, servername]),
    [
      ['https://10.0.0.1:4001', 15, 1, 'api.internal'],
      ['https://10.0.0.2:4001', 15, 1, 'api.internal'],
      ['https://10.0.0.3:4002', 10, 1, 'api.internal'],
      ['https://[fd00::4]:4003', 0.1, 2, 'api.internal'],
    ],
  )
  const picks = Array.from({ length: 40 }, () => (pool.pick() as Target).address)
  t.is(picks.filter((address) => address === '10.0.0.3').length, 10)
})

test('O-16 a host of an SRV answer that cannot be looked up for now does not go missing', async (t) => {
  const srv = (name: string) => ({ name, port: 4001, weight: 1, priority: 0 })
  const names = {
    '_http._tcp.api.internal': [srv('a.internal'), srv('b.internal')],
    'a.internal': ['10.0.0.1'],
    'b.internal': ['10.0.0.2'],
  }
  const { pool, server, until, urls, counted } = await open(t, names, ({ address }) => ({
    balance: 'weighted',
    targets: dns('_http._tcp.api.internal', { ...quick, type: 'SRV', servers: [address] }),
  }))
  server.ttl = 0
  await pool.warm()
  server.failing.add('b.internal')
  server.names.set('a.internal', ['10.0.0.3'])
  await until(() => counted.includes(FAILURES))
  t.deepEqual(urls(), ['http://10.0.0.1:4001', 'http://10.0.0.2:4001'])
  server.failing.clear()
  await until(() => urls().includes('http://10.0.0.3:4001'))
  t.true(urls().includes('http://10.0.0.2:4001'))
})

test('an answer that changes is used when the TTL is over: targets that stay are the same ones', async (t) => {
  const { pool, server, until, urls } = await open(t, { 'api.internal': ['10.0.0.1', '10.0.0.2'] }, ({ address }) => ({
    targets: dns('api.internal', { ...quick, servers: [address] }),
  }))
  server.ttl = 0
  await pool.warm()
  const stays = pool.targets[1]
  server.names.set('api.internal', ['10.0.0.3', '10.0.0.2'])
  await until(() => urls().includes('http://10.0.0.3'))
  t.deepEqual(urls(), ['http://10.0.0.2', 'http://10.0.0.3'])
  t.is(pool.targets[0], stays)
})

test('an answer is as good as its TTL, at most `maxTtl`', async (t) => {
  const { pool, server, until } = await open(t, { 'api.internal': ['10.0.0.1'] }, ({ address }) => ({
    targets: dns('api.internal', { ...quick, maxTtl: '300ms', servers: [address] }),
  }))
  server.ttl = 3_600
  await pool.warm()
  const asked = performance.now()
  server.names.set('api.internal', ['10.0.0.2'])
  await until(() => pool.targets[0]?.url === 'http://10.0.0.2')
  const took = performance.now() - asked
  t.true(took > 200, `${took} ms`)
})

for (const behaviour of ['silent', 'failing'] as const)
  test(`O-16 the last good answer is used while the name server is ${behaviour}, and the next good one after that`, async (t) => {
    const { pool, server, until, urls, counted } = await open(t, { 'api.internal': ['10.0.0.1'] }, ({ address }) => ({
      targets: dns('api.internal', { ...quick, servers: [address] }),
    }))
    server.ttl = 0
    await pool.warm()
    server.behaviour = behaviour
    await until(() => counted.includes(FAILURES))
    t.deepEqual(urls(), ['http://10.0.0.1'])
    t.truthy(pool.pick())
    server.names.set('api.internal', ['10.0.0.2'])
    server.behaviour = 'answer'
    await until(() => urls().includes('http://10.0.0.2'))
    t.deepEqual(urls(), ['http://10.0.0.2'])
  })

test('an answer without addresses is none: it does not empty the upstream', async (t) => {
  const { pool, server, until, urls, counted } = await open(t, { 'api.internal': ['10.0.0.1'] }, ({ address }) => ({
    targets: dns('api.internal', { ...quick, servers: [address] }),
  }))
  server.ttl = 0
  await pool.warm()
  server.names.set('api.internal', [])
  await until(() => counted.includes(FAILURES))
  server.names.delete('api.internal')
  await until(() => counted.filter((name) => name === FAILURES).length > 1)
  t.deepEqual(urls(), ['http://10.0.0.1'])
})

test('an answer that is older than `stale` is used no more', async (t) => {
  const { pool, server, until, urls } = await open(t, { 'api.internal': ['10.0.0.1'] }, ({ address }) => ({
    targets: dns('api.internal', { ...quick, stale: '150ms', servers: [address] }),
  }))
  server.ttl = 0
  await pool.warm()
  server.behaviour = 'failing'
  await until(() => pool.targets.length === 0)
  t.is(pool.pick(), undefined)
  server.behaviour = 'answer'
  await until(() => urls().length > 0)
  t.truthy(pool.pick())
})

test('without a name server the pool is warm, and has no target', async (t) => {
  const { pool, counted } = await open(t, {}, ({ address }) => ({ targets: dns('api.internal', { ...quick, servers: [address] }) }))
  await pool.warm()
  t.deepEqual(pool.targets, [])
  t.is(pool.pick(), undefined)
  t.deepEqual(counted, [FAILURES])
})
