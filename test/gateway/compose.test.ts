import { once } from 'node:events'
import test, { type ExecutionContext } from 'ava'
import { bodyOf, call, compose, derive, each, headers, param, partErrors, queryParam, route, upstream } from 'gatewright'
import type { FakeAnswer } from 'gatewright/testing'
import { z } from 'zod'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const Profile = z.object({ id: z.string(), segment: z.string() })
const Order = z.object({ id: z.number(), sku: z.string() })
const IDS = [1, 2, 3, 4, 1, 2]

/** A service whose answers wait until they are let go. */
class Gate {
  readonly #waiting = new Map<string, () => void>()
  readonly #seen = new Map<string, () => void>()
  readonly answer: FakeAnswer = ({ url }, res) => {
    this.#waiting.set(url, () => void res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ at: url })))
    this.closed = once(res, 'close')
    this.#seen.get(url)?.()
  }
  closed: Promise<unknown> | undefined
  async arrived(url: string): Promise<void> {
    if (!this.#waiting.has(url)) await new Promise<void>((resolve) => void this.#seen.set(url, resolve))
  }
  open(url: string): void {
    this.#waiting.get(url)?.()
  }
}

const json =
  (answers: (url: string) => unknown): FakeAnswer =>
  ({ url }, res) => {
    const body = answers(url)
    res.writeHead(typeof body === 'number' ? body : 200, { 'content-type': 'application/json' })
    res.end(JSON.stringify(body))
  }

async function service(t: ExecutionContext, name: string, answer: FakeAnswer) {
  const fake = await startUpstream(t, answer)
  return { fake, up: upstream(name, { targets: [fake.url] }) }
}

for (const lifecycle of LANES) {
  test(`7.1 parts are gathered under their names, and what one needs of another comes first (${lifecycle})`, async (t) => {
    const { fake, up } = await service(
      t,
      'all',
      json((url) => (url.startsWith('/profiles') ? { id: '7', segment: 'new/ish', more: true } : [{ id: 1, sku: 'a' }])),
    )
    const profile = call(up, { path: '/profiles/{id}', response: Profile })
    const orders = call(up, {
      needs: { profile, page: queryParam('page') },
      path: '/of/{segment}/orders',
      params: ({ profile }) => ({ segment: profile.segment }),
      query: ({ page }) => ({ page, size: [1, 2], none: undefined }),
      headers: { 'x-part': 'orders' },
      response: z.array(Order),
    })
    const gateway = await startGateway(t, {
      home: route({
        method: 'GET',
        path: '/home/{id}',
        lifecycle,
        compose: compose({ profile, orders, id: param('id') }),
        responses: { 200: z.object({ profile: Profile, orders: z.array(Order), id: z.string() }) },
      }),
    })
    const response = await fetch(`${gateway.url}/home/7%20?page=a&secret=1`, {
      headers: { 'if-none-match': '"x"', range: 'bytes=0-1', 'x-user-id': 'forged', 'accept-language': 'cy' },
    })
    t.is(response.status, 200)
    t.is(response.headers.get('content-type'), 'application/json; charset=utf-8')
    t.deepEqual(await response.json(), { profile: { id: '7', segment: 'new/ish' }, orders: [{ id: 1, sku: 'a' }], id: '7 ' })
    t.deepEqual(
      fake.requests.map(({ url }) => url),
      ['/profiles/7%20', '/of/new%2Fish/orders?page=a&size=1&size=2'],
    )
    const sent = fake.requests[1]?.headers ?? {}
    t.is(sent['x-part'], 'orders')
    t.is(sent['accept-language'], 'cy')
    t.is(sent['x-request-id'], response.headers.get('x-request-id') ?? '')
    for (const name of ['if-none-match', 'range', 'x-user-id', 'content-type']) t.is(sent[name], undefined, name)
  })

  test(`7.2 an optional part that is too late yields a typed partial result (${lifecycle})`, async (t) => {
    const { up } = await service(
      t,
      'quick',
      json(() => ({ id: '7', segment: 's' })),
    )
    const slow = await service(t, 'slow', () => undefined)
    const profile = call(up, { path: '/profiles/{id}', response: Profile })
    const picks = call(slow.up, { path: '/picks', response: z.array(z.string()), optional: true, timeout: '50ms' })
    for (const partialStatus of [200, 207] as const) {
      const gateway = await startGateway(t, {
        home: route({ method: 'GET', path: '/home/{id}', lifecycle, compose: compose({ profile, picks }, { partialStatus }) }),
      })
      const response = await fetch(`${gateway.url}/home/7`)
      t.is(response.status, partialStatus)
      t.deepEqual(await response.json(), {
        profile: { id: '7', segment: 's' },
        picks: null,
        errors: [{ part: 'picks', code: 'UPSTREAM_TIMED_OUT', status: 504, detail: 'The upstream did not answer in time.' }],
      })
    }
  })

  test(`7.2 a required part that fails ends the request with its problem and name (${lifecycle})`, async (t) => {
    const gate = new Gate()
    const held = await service(t, 'held', gate.answer)
    const { up } = await service(
      t,
      'broken',
      json(() => 404),
    )
    const gateway = await startGateway(t, {
      home: route({
        method: 'GET',
        path: '/home',
        lifecycle,
        compose: compose({
          held: call(held.up, { path: '/held', response: z.unknown() }),
          profile: call(up, { path: '/p', response: Profile }),
        }),
      }),
    })
    const response = await fetch(`${gateway.url}/home`)
    t.is(response.status, 502)
    t.is(response.headers.get('content-type'), 'application/problem+json')
    const problem = (await response.json()) as Record<string, unknown>
    t.is(problem['code'], 'UPSTREAM_INVALID_RESPONSE')
    t.is(problem['part'], 'profile')
    t.is(problem['detail'], 'The upstream answered 404.')
  })
}

test('parts run side by side: each is asked before any has answered', async (t) => {
  const gate = new Gate()
  const { up } = await service(t, 'gated', gate.answer)
  const part = (name: string) => call(up, { path: `/${name}` as '/x', response: z.object({ at: z.string() }) })
  const a = part('a')
  const after = call(up, { needs: { a }, path: '/after', response: z.object({ at: z.string() }) })
  const gateway = await startGateway(t, { all: route({ method: 'GET', path: '/all', compose: compose({ a, b: part('b'), after }) }) })
  const response = fetch(`${gateway.url}/all`)
  await Promise.all([gate.arrived('/a'), gate.arrived('/b')])
  gate.open('/a')
  // What needs `a` alone does not wait for `b`.
  await gate.arrived('/after')
  gate.open('/after')
  gate.open('/b')
  t.deepEqual(await (await response).json(), { a: { at: '/a' }, b: { at: '/b' }, after: { at: '/after' } })
})

test('7.4 a list is looked up with bounded concurrency, and equal calls are made once', async (t) => {
  const waiting: (() => void)[] = []
  let most = 0
  const { fake, up } = await service(t, 'items', ({ url }, res) => {
    if (url === '/list') return void res.end(JSON.stringify(IDS.map((id) => ({ id, sku: `s${id}` }))))
    waiting.push(() => void res.end(JSON.stringify(url)))
    most = Math.max(most, waiting.length)
    // Both go on only when both are there; a third would have come by then.
    if (waiting.length === 2) setTimeout(() => waiting.splice(0).forEach((go) => void go()), 30)
  })
  const list = call(up, { path: '/list', response: z.array(Order) })
  const names = each(
    list,
    (order) => call(up, { needs: { order }, path: '/item/{sku}', params: ({ order }) => ({ sku: order.sku }), response: z.string() }),
    {
      concurrency: 2,
    },
  )
  const gateway = await startGateway(t, { all: route({ method: 'GET', path: '/all', compose: compose({ names }) }) })
  const response = await fetch(`${gateway.url}/all`)
  t.deepEqual(await response.json(), { names: IDS.map((id) => `/item/s${id}`) })
  t.is(most, 2)
  t.is(fake.requests.length, 5)
})

test('a list that is too long fails, and elements may be missing on their own', async (t) => {
  const { up } = await service(
    t,
    'items',
    json((url) => (url === '/list' ? [1, 2, 3] : url === '/item/2' ? 500 : url)),
  )
  const list = call(up, { path: '/list', response: z.array(z.number()) })
  const item = (optional: boolean) => (n: Parameters<Parameters<typeof each<unknown, number, unknown, string, boolean>>[1]>[0]) =>
    call(up, { needs: { n }, path: '/item/{n}', params: ({ n }) => ({ n }), response: z.string(), optional })
  const gateway = await startGateway(t, {
    long: route({ method: 'GET', path: '/long', compose: compose({ items: each(list, item(false), { max: 2, optional: true }) }) }),
    some: route({ method: 'GET', path: '/some', compose: compose({ items: each(list, item(true)) }) }),
  })
  const long = (await (await fetch(`${gateway.url}/long`)).json()) as { items: unknown; errors: { code: string }[] }
  t.is(long.items, null)
  t.is(long.errors[0]?.code, 'UPSTREAM_INVALID_RESPONSE')
  const some = (await (await fetch(`${gateway.url}/some`)).json()) as { items: unknown; errors: object[] }
  t.deepEqual(some.items, ['/item/1', null, '/item/3'])
  t.like(some.errors[0], { part: 'items', index: 1, code: 'UPSTREAM_INVALID_RESPONSE' })
})

test('each call is retried as its own upstream says, not as the first one of the route does', async (t) => {
  let failures = 1
  const failing = json((url) => (url === '/once' && failures-- > 0 ? 503 : 'ok'))
  const { up: plain } = await service(t, 'plain', failing)
  const { url } = await startUpstream(t, failing)
  const retried = upstream('retried', { targets: [url], retry: { attempts: 1, backoff: { base: '1ms', max: '1ms' } } })
  const ok = (to: typeof plain | typeof retried) => call(to, { path: '/ok', response: z.string() })
  const once = (to: typeof plain | typeof retried) => call(to, { path: '/once', response: z.string(), optional: true })
  const gateway = await startGateway(t, {
    second: route({ method: 'GET', path: '/second', compose: compose({ a: ok(plain), b: once(retried) }) }),
    first: route({ method: 'GET', path: '/first', compose: compose({ a: ok(retried), b: once(plain) }) }),
  })
  t.deepEqual(await (await fetch(`${gateway.url}/second`)).json(), { a: 'ok', b: 'ok' })
  failures = 1
  t.like(await (await fetch(`${gateway.url}/first`)).json(), { a: 'ok', b: null })
})

test('calls end when the client leaves', async (t) => {
  const gate = new Gate()
  const { up } = await service(t, 'gated', gate.answer)
  const gateway = await startGateway(t, {
    all: route({ method: 'GET', path: '/all', compose: compose({ a: call(up, { path: '/a', response: z.unknown() }) }) }),
  })
  const leaving = new AbortController()
  const response = fetch(`${gateway.url}/all`, { signal: leaving.signal }).catch(() => 'left')
  await gate.arrived('/a')
  leaving.abort()
  t.is(await response, 'left')
  await gate.closed
  const { adminUrl } = gateway
  t.regex(await (await fetch(`${adminUrl}/metrics`)).text(), /^gatewright_requests_in_flight 0$/m)
})

test('a fallback stands in, derived values and the body are read, and `map` makes the response', async (t) => {
  const { fake, up } = await service(
    t,
    'all',
    json((url) => (url === '/down' ? 503 : { id: '1', segment: 's' })),
  )
  const Cart = z.object({ skus: z.array(z.string()) })
  const cart = bodyOf(Cart)
  const count = derive({ cart }, ({ cart }) => cart.skus.length)
  const down = call(up, { path: '/down', response: z.array(z.string()), fallback: ['none'] })
  const saved = call(up, {
    method: 'POST',
    path: '/saved',
    needs: { count },
    upstreamBody: z.object({ n: z.number() }),
    body: ({ count }) => ({ n: count }),
    response: Profile,
  })
  const gateway = await startGateway(t, {
    save: route({
      method: 'POST',
      path: '/save',
      body: Cart,
      use: { own: headers({ response: { set: { 'x-own': 'yes' } } }) },
      compose: compose(
        { down, saved, count },
        { map: ({ down, saved, count, errors }) => ({ down, id: saved.id, count, errors: [...errors], extra: 1 }) },
      ),
      responses: { 200: z.object({ down: z.array(z.string()), id: z.string(), count: z.number(), errors: z.array(z.unknown()) }) },
    }),
  })
  const send = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"skus":["a","b"]}' }
  const response = await fetch(`${gateway.url}/save`, send)
  t.deepEqual(await response.json(), { down: ['none'], id: '1', count: 2, errors: [] })
  t.is(response.headers.get('x-own'), 'yes')
  const posted = fake.requests.find(({ method }) => method === 'POST')
  t.is(posted?.body, '{"n":2}')
  t.is(posted?.headers['content-type'], 'application/json')
})

test('the parts share the route’s total', async (t) => {
  const { up } = await service(t, 'slow', () => undefined)
  const gateway = await startGateway(t, {
    all: route({
      method: 'GET',
      path: '/all',
      timeouts: { total: '80ms' },
      compose: compose({ a: call(up, { path: '/a', response: z.unknown() }) }),
    }),
  })
  const response = await fetch(`${gateway.url}/all`)
  t.is(response.status, 504)
  t.is(((await response.json()) as { part: string }).part, 'a')
})

test('a value of a part cannot leave its segment', async (t) => {
  const { fake, up } = await service(
    t,
    'all',
    json(() => ({ id: '..', segment: 's' })),
  )
  const profile = call(up, { path: '/p', response: Profile })
  const next = call(up, { needs: { profile }, path: '/x/{id}/y', params: ({ profile }) => ({ id: profile.id }), response: z.unknown() })
  const gateway = await startGateway(t, { all: route({ method: 'GET', path: '/all', compose: compose({ next }) }) })
  const response = await fetch(`${gateway.url}/all`)
  t.is(response.status, 500)
  t.is(fake.requests.length, 1)
})

test('mock answers composed routes from what their parts declare', async (t) => {
  const up = upstream('none', { targets: ['http://127.0.0.1:1'] })
  const picks = call(up, { path: '/picks', response: z.array(z.string()), optional: true })
  const gateway = await startGateway(
    t,
    { home: route({ method: 'GET', path: '/home', compose: compose({ profile: call(up, { path: '/p', response: Profile }), picks }) }) },
    {},
    { mock: true },
  )
  const body = await (await fetch(`${gateway.url}/home`)).json()
  t.true(
    z.object({ profile: Profile, picks: z.array(z.string()).nullable(), errors: partErrors('picks').optional() }).safeParse(body).success,
  )
  t.is(gateway.inspect()[0]?.upstream, 'none')
})

test('where an optional list is lost nothing more is asked for it', async (t) => {
  const gate = new Gate()
  const { fake, up } = await service(t, 'all', (request, res) => {
    if (request.url === '/list') res.end('[0,1,2,3,4,5]')
    else if (request.url === '/items/1') res.writeHead(500).end()
    else gate.answer(request, res)
  })
  const list = call(up, { path: '/list', response: z.array(z.number()) })
  const item = (element: Parameters<Parameters<typeof each<unknown, number, unknown, unknown, false>>[1]>[0]) =>
    call(up, { needs: { element }, path: '/items/{id}', params: ({ element }) => ({ id: element }), response: z.unknown() })
  const items = each(list, item, { optional: true, concurrency: 2 })
  const gateway = await startGateway(t, {
    all: route({ method: 'GET', path: '/all', compose: compose({ items }) }),
    one: route({ method: 'GET', path: '/one', compose: compose({ list }) }),
  })
  t.is(((await (await fetch(`${gateway.url}/all`)).json()) as { items: unknown }).items, null)
  gate.open('/items/0')
  for (let turn = 0; turn < 5; turn++) await fetch(`${gateway.url}/one`)
  t.deepEqual(
    fake.requests.map(({ url }) => url).filter((url) => url !== '/list'),
    ['/items/0', '/items/1'],
  )
})
