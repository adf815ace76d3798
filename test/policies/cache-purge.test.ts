import type { ServerResponse } from 'node:http'
import test from 'ava'
import { route, upstream } from 'gatewright'
import { createClient } from 'redis'
import { request } from 'undici'
import { redisKey } from '../../runtime/stores/redis-key.js'
import { seen, startCaching } from '../helpers/caching.js'
import { runningClock } from '../helpers/fake-clock.js'
import { redisTest } from '../helpers/redis.js'
import { startGateway } from '../helpers/start-gateway.js'

const purge = async (adminUrl: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  (await fetch(`${adminUrl}/cache/purge`, { method: 'POST', body: JSON.stringify(body), headers })).status

const tagged = (tags: string) => ({ 'cache-control': 'max-age=60', 'surrogate-key': tags })

const isHit = async (url: string) => (await seen(url)).includes('; hit;')

test('a purge takes what carries a tag, a path or a route, or everything', async (t) => {
  const { url, gateway, clock } = await startCaching(
    t,
    'direct',
    {},
    (n, received, res) => void res.writeHead(200, tagged(received.url === '/b' ? 'two, three' : 'one  two')).end(`body ${n}`),
  )
  const fill = async () => {
    clock.advance(1)
    for (const path of ['/a', '/a?x=1', '/b']) await seen(url + path)
  }
  const hits = async () => [await isHit(`${url}/a`), await isHit(`${url}/a?x=1`), await isHit(`${url}/b`)]
  await fill()
  t.deepEqual(await hits(), [true, true, true])
  for (const [what, left] of [
    [{ tag: 'one' }, [false, false, true]],
    [{ tag: 'two' }, [false, false, false]],
    [{ tag: 'none' }, [true, true, true]],
    [{ path: '/a' }, [false, false, true]],
    [{ route: 'any' }, [false, false, false]],
    [{ route: 'other' }, [true, true, true]],
    [{ all: true }, [false, false, false]],
  ] as const) {
    t.is(await purge(gateway.adminUrl, what), 200)
    t.deepEqual(await hits(), [...left], JSON.stringify(what))
    await fill()
  }
})

test('a purge is refused in another form, and where no route has a cache', async (t) => {
  const { gateway } = await startCaching(t, 'direct', {}, (_n, _received, res) => void res.end())
  t.is(await purge(gateway.adminUrl, { tag: 'one' }, { 'content-type': 'text/plain' }), 415)
  for (const body of [{}, { tag: '' }, { tag: 'one', path: '/a' }, { all: false }, 'one', null, { path: 'a' }, { path: '/a?b' }])
    t.is(await purge(gateway.adminUrl, body), 400)
  const got = await request(`${gateway.adminUrl}/cache/purge`)
  t.is(got.statusCode, 405)
  await got.body.dump()
  const bare = await startGateway(t, {
    a: route({ method: 'GET', path: '/a', upstream: upstream('up', { targets: ['http://127.0.0.1:9'] }) }),
  })
  t.is(await purge(bare.adminUrl, { all: true }), 404)
})

/** Waits until something holds that another process brings about. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}

redisTest('any', 'two gateways share responses and their variants, changes and purges', async (t, redis) => {
  const prefix = `c${Math.random()}`
  const gateway = { redis: { url: redis.url, prefix } }
  let count = 0
  const answer = (_n: number, { headers }: { headers: Record<string, unknown> }, res: ServerResponse) =>
    void res.writeHead(200, { ...tagged('one'), vary: 'accept-language', etag: '"v1"' }).end(`${headers['accept-language']} ${++count}`)
  const one = await startCaching(t, 'direct', { store: 'shared' }, answer, { gateway, clock: runningClock() })
  const two = await startCaching(t, 'direct', { store: 'shared' }, answer, { gateway, clock: one.clock })
  /** Both gateways stand for one host. */
  const ask = async (stage: typeof one, language: string, method: 'GET' | 'POST' = 'GET', more: Record<string, string> = {}) => {
    const headers = { host: 'shop.example.org', 'accept-language': language, ...more }
    const came = await request(`${stage.url}/a`, { method, headers })
    return `${came.statusCode} ${await came.body.text()} [${came.headers['cache-status']}]`
  }
  t.is(await ask(one, 'en'), '200 en 1 [gatewright; fwd=uri-miss; stored]')
  t.is(await ask(one, 'de'), '200 de 2 [gatewright; fwd=uri-miss; stored]')
  const client = createClient({ url: redis.url })
  await client.connect()
  // The marker of the variants, and two of them.
  await until(async () => (await client.keys(`${prefix}:*`)).length >= 3)
  await client.close()
  t.regex(await ask(two, 'en'), /^200 en 1 \[gatewright; hit; ttl=(5\d|60)\]$/)
  const before = count
  one.clock.advance(10_000)
  t.regex(await ask(two, 'de'), /^200 de 2 \[gatewright; hit; ttl=(4\d|50)\]$/)
  t.regex(await ask(two, 'de', 'GET', { 'if-none-match': '"v1"' }), /^304 {2}\[gatewright; hit; ttl=(4\d|50)\]$/)
  t.is(count, before)
  t.is(await purge(one.gateway.adminUrl, { tag: 'one' }), 200)
  await until(async () => !(await ask(two, 'en')).startsWith('200 en 1 '))
  t.is((await ask(one, 'de')).split(' ')[2], String(count))
  await ask(two, 'x', 'POST')
  const changed = count
  one.clock.advance(2_000)
  await t.notThrowsAsync(until(async () => Number((await ask(one, 'en')).split(' ')[2]) > changed))
})

redisTest('own', 'a purge whose message is lost is known a little later; without Redis memory goes on', async (t, redis) => {
  const prefix = `c${Math.random()}`
  const gateway = { redis: { url: redis.url, prefix } }
  const { url, clock, up } = await startCaching(
    t,
    'direct',
    { store: 'shared' },
    (n, _received, res) => void res.writeHead(200, tagged('one')).end(`body ${n}`),
    {
      gateway,
    },
  )
  await seen(`${url}/a`)
  t.true(await isHit(`${url}/a`))
  const client = createClient({ url: redis.url })
  await client.connect()
  await client.set(redisKey(prefix, 'cache-purge\0tag:one'), String(Date.now() + 1))
  await client.close()
  t.true(await isHit(`${url}/a`))
  clock.advance(5_000)
  t.false(await isHit(`${url}/a`))
  const asked = up.requests.length
  await redis.kill()
  clock.advance(10_000)
  t.true(await isHit(`${url}/a`))
  t.is(up.requests.length, asked)
})
