import test from 'ava'
import { type ConfigError, cache, defineGateway, jwt, resolveGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
import { numbered, seen, startCaching } from '../helpers/caching.js'
import { LANES } from '../helpers/start-gateway.js'

const minute = { 'cache-control': 'max-age=60' }

for (const lifecycle of LANES) {
  test(`${lifecycle}: a fresh response is given again with its age, and asked for anew when it is stale`, async (t) => {
    const { url, clock } = await startCaching(t, lifecycle, {}, numbered({ ...minute, 'x-made': 'here' }))
    t.is(await seen(`${url}/a`), '200 body 1 [gatewright; fwd=uri-miss; stored]')
    clock.advance(20_000)
    const hit = await fetch(`${url}/a`)
    t.is(await hit.text(), 'body 1')
    t.deepEqual(
      ['age', 'x-made', 'cache-status', 'content-length'].map((name) => hit.headers.get(name)),
      ['20', 'here', 'gatewright; hit; ttl=40', '6'],
    )
    clock.advance(40_000)
    t.is(await seen(`${url}/a`), '200 body 2 [gatewright; fwd=stale; stored]')
  })

  test(`${lifecycle}: HEAD is answered from GET, with its length and without its body, and fills nothing`, async (t) => {
    const { url, up } = await startCaching(t, lifecycle, {}, numbered(minute))
    t.is(await seen(`${url}/a`, { method: 'HEAD' }), '200  [gatewright; fwd=uri-miss]')
    t.is(await seen(`${url}/a`), '200 body 2 [gatewright; fwd=uri-miss; stored]')
    const head = await fetch(`${url}/a`, { method: 'HEAD' })
    t.deepEqual(
      [await head.text(), head.headers.get('content-length'), head.headers.get('cache-status')],
      ['', '6', 'gatewright; hit; ttl=60'],
    )
    t.is(up.requests.length, 2)
  })

  test(`${lifecycle}: a stale response with a validator is confirmed by 304, and its fields renewed`, async (t) => {
    const { url, up, clock } = await startCaching(t, lifecycle, {}, (n, { headers }, res) => {
      const known = headers['if-none-match'] === '"v1"'
      res.writeHead(known ? 304 : 200, { ...minute, etag: '"v1"', 'x-n': String(n) }).end(known ? undefined : 'first')
    })
    await seen(`${url}/a`)
    clock.advance(61_000)
    const confirmed = await fetch(`${url}/a`, { headers: { 'if-none-match': '"other"' } })
    t.deepEqual([confirmed.status, await confirmed.text(), confirmed.headers.get('x-n')], [200, 'first', '2'])
    t.is(confirmed.headers.get('cache-status'), 'gatewright; fwd=stale; fwd-status=304; ttl=60')
    t.is(up.requests.at(-1)?.headers['if-none-match'], '"v1"')
    t.is(await seen(`${url}/a`), '200 first [gatewright; hit; ttl=60]')
    t.is(up.requests.length, 2)
  })

  test(`${lifecycle}: a caller that has the response gets 304 from the store`, async (t) => {
    const lastModified = 'Tue, 01 Sep 2026 10:00:00 GMT'
    const { url, up } = await startCaching(
      t,
      lifecycle,
      {},
      numbered({ ...minute, etag: 'W/"v1"', 'last-modified': lastModified, 'x-made': 'here' }),
    )
    await seen(`${url}/a`)
    const statusOf = async (headers: Record<string, string>) => (await fetch(`${url}/a`, { headers, redirect: 'manual' })).status
    t.is(await statusOf({ 'if-none-match': '"v0", "v1"' }), 304)
    t.is(await statusOf({ 'if-none-match': '*' }), 304)
    t.is(await statusOf({ 'if-none-match': '"v2"', 'if-modified-since': lastModified }), 200)
    t.is(await statusOf({ 'if-modified-since': lastModified }), 304)
    t.is(await statusOf({ 'if-modified-since': 'Tue, 01 Sep 2026 09:59:59 GMT' }), 200)
    const known = await fetch(`${url}/a`, { headers: { 'if-none-match': '"v1"' } })
    t.deepEqual(
      ['etag', 'cache-control', 'x-made', 'content-length'].map((name) => known.headers.get(name)),
      ['W/"v1"', 'max-age=60', null, null],
    )
    t.is(up.requests.length, 1)
  })

  test(`${lifecycle}: a change on a path ends what is stored of it, whatever the query`, async (t) => {
    const { url } = await startCaching(
      t,
      lifecycle,
      {},
      (n, { headers }, res) => void res.writeHead(Number(headers['x-status'] ?? 200), minute).end(`body ${n}`),
    )
    const hits = async (path: string) => (await seen(url + path)).includes('; hit;')
    const change = (path: string, method: string, status: number) => seen(url + path, { method, headers: { 'x-status': String(status) } })
    for (const path of ['/a', '/a?page=2', '/b']) await seen(url + path)
    t.is(await change('/a', 'PUT', 500), '500 body 4 [gatewright; fwd=method]')
    await change('/a', 'OPTIONS', 200)
    t.deepEqual([await hits('/a'), await hits('/a?page=2')], [true, true])
    await change('/a', 'POST', 303)
    t.deepEqual([await hits('/a'), await hits('/a?page=2'), await hits('/b')], [false, false, true])
  })

  test(`${lifecycle}: stale while it is fetched anew: given at once, and renewed once for all`, async (t) => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const { url, up, clock } = await startCaching(t, lifecycle, { staleWhileRevalidate: '30s' }, (n, _request, res) => {
      if (n === 1) res.writeHead(200, minute).end('body 1')
      else void held.then(() => res.writeHead(200, minute).end('body 2'))
    })
    await seen(`${url}/a`)
    clock.advance(70_000)
    t.is(await seen(`${url}/a`), '200 body 1 [gatewright; hit; ttl=-10]')
    t.is(await seen(`${url}/a`, { method: 'HEAD' }), '200  [gatewright; hit; ttl=-10]')
    release()
    await until(async () => (await seen(`${url}/a`)).includes('body 2'))
    t.deepEqual(
      up.requests.map(({ method }) => method),
      ['GET', 'GET'],
    )
    clock.advance(91_000)
    t.is(await seen(`${url}/a`), '200 body 2 [gatewright; fwd=stale; stored]')
  })

  test(`${lifecycle}: what is fetched anew behind a caller has public locations and mapped statuses too`, async (t) => {
    const { url, up, clock } = await startCaching(
      t,
      lifecycle,
      { ttl: '1m', override: true, staleWhileRevalidate: '30s' },
      (n, { url: path, headers }, res) =>
        path === '/moved'
          ? res.writeHead(301, { location: `http://${headers.host}/there/${n}` }).end()
          : res.writeHead(203, minute).end(`body ${n}`),
      { route: { rewriteLocation: true, mapStatus: { 203: 200 }, responses: { 200: z.unknown() } } },
    )
    const look = async (path: string) => {
      const { status, headers } = await fetch(url + path, { redirect: 'manual' })
      return [status, headers.get('location')]
    }
    const first = [await look('/moved'), await look('/a')]
    t.deepEqual(first, [
      [301, '/there/1'],
      [200, null],
    ])
    clock.advance(70_000)
    t.deepEqual([await look('/moved'), await look('/a')], first)
    await until(async () => up.requests.length === 4 && (await seen(`${url}/a`)).includes('ttl=60'))
    await until(async () => (await look('/moved'))[1] !== '/there/1')
    const [status, location] = await look('/moved')
    t.is(status, 301)
    t.regex(String(location), /^\/there\/[34]$/)
    t.is((await look('/a'))[0], 200)
  })

  test(`${lifecycle}: stale if the upstream fails or cannot be reached, for as long as that is allowed`, async (t) => {
    const { url, clock } = await startCaching(t, lifecycle, { staleIfError: '1m' }, (n, _request, res) => {
      if (n === 1) res.writeHead(200, minute).end('body 1')
      else if (n === 2) res.writeHead(503).end('down')
      else res.destroy()
    })
    await seen(`${url}/a`)
    clock.advance(70_000)
    t.is(await seen(`${url}/a`), '200 body 1 [gatewright; fwd=stale; fwd-status=503; ttl=-10]')
    t.is(await seen(`${url}/a`), '200 body 1 [gatewright; fwd=stale; ttl=-10]')
    clock.advance(60_000)
    const failed = await fetch(`${url}/a`)
    t.is(failed.status, 502)
  })

  test(`${lifecycle}: parameters that are not listed are neither sent nor part of the key`, async (t) => {
    const { url, up } = await startCaching(t, lifecycle, { query: ['page', 'sort by'] }, numbered(minute))
    await seen(`${url}/a?page=1&utm_source=x&sort+by=name&%70age=2&&x=1`)
    t.is(up.requests[0]?.url, '/a?page=1&sort+by=name&%70age=2')
    t.true((await seen(`${url}/a?fbclid=9&page=1&sort+by=name&%70age=2`)).includes('; hit;'))
    t.true((await seen(`${url}/a?page=2`)).includes('fwd=uri-miss'))
  })

  test(`${lifecycle}: a transformed response is stored as callers get it`, async (t) => {
    const { url, up } = await startCaching(
      t,
      lifecycle,
      {},
      (n, _request, res) =>
        void res.writeHead(200, { ...minute, etag: '"v1"', 'content-type': 'application/json' }).end(JSON.stringify({ n })),
      {
        route: {
          method: 'GET',
          responses: { 200: z.object({ number: z.number() }) },
          mapResponse: { 200: ({ n }: { n: number }) => ({ number: n }) },
        },
      },
    )
    t.is(await seen(`${url}/a`), '200 {"number":1} [gatewright; fwd=uri-miss; stored]')
    const hit = await fetch(`${url}/a`)
    t.deepEqual(
      [await hit.text(), hit.headers.get('etag'), hit.headers.get('content-type')],
      ['{"number":1}', null, 'application/json; charset=utf-8'],
    )
    t.is(up.requests.length, 1)
  })
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}

test('a cache on a route with an auth needs a key of that auth, or to be declared public', (t) => {
  const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })
  const session = jwt({ issuer: 'https://id.example.org/', audience: 'shop', algorithms: ['RS256'], claims: z.object({ sub: z.string() }) })
  const issues = (use: object) => {
    const config = defineGateway({
      info: { title: 'T', version: '1' },
      routes: { a: route({ method: 'GET', path: '/a', upstream: shop, auth: session, use: use as {} }) },
    })
    try {
      resolveGateway(config)
      return []
    } catch (error) {
      return (error as ConfigError).issues.map(({ code, path }) => `${code} ${path.join('.')}`)
    }
  }
  t.deepEqual(issues({ cache: cache({ ttl: '1m' }) }), ['GW1310 routes.a.use.cache'])
  t.deepEqual(issues({ cache: cache({ public: true }) }), [])
  t.deepEqual(issues({ cache: cache({ key: session.key((auth) => auth.claims.sub) }) }), [])
  t.deepEqual(issues({ cache: cache({ public: true, override: true }) }), ['GW1002 routes.a.use.cache.override'])
})
