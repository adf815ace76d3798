import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { defineGateway, discover, route, type UpstreamOptions, upstream } from 'gatewright'
import type { BreakerOptions } from '../../sdk/breaker.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { withResolvers } from '../helpers/raw-http.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

type Lane = (typeof LANES)[number]

/** An upstream with a breaker behind a gateway on a fake clock, beside one without. */
async function stage(t: ExecutionContext, lifecycle: Lane, breaker: BreakerOptions, more: Partial<UpstreamOptions> = {}) {
  const clock = fakeClock()
  const script: { answer: (res: ServerResponse) => void } = { answer: (res) => void res.end('{}') }
  const up = await startUpstream(t, (_request, res) => script.answer(res))
  const other = await startUpstream(t)
  const { lines, log } = recordLog()
  const routesWith = (options: BreakerOptions) => ({
    any: route({
      method: '*',
      path: '/up/{rest*}',
      upstream: upstream('up', { targets: [up.url], breaker: options, ...more }),
      lifecycle,
      bodyLimit: '1kb',
    }),
    other: route({ method: '*', path: '/other', upstream: upstream('other', { targets: [other.url], breaker: options }), lifecycle }),
  })
  const gateway = await startGateway(t, routesWith(breaker), {}, { clock, log })
  const ask = async (path = '/up/a', init: RequestInit = {}) => {
    const response = await fetch(gateway.url + path, init)
    const text = await response.text()
    return { status: response.status, retryAfter: response.headers.get('retry-after'), code: /"code":"(\w+)"/.exec(text)?.[1] }
  }
  const askAll = async (count: number) => {
    const statuses: number[] = []
    for (let index = 0; index < count; index++) statuses.push((await ask()).status)
    return statuses
  }
  const fail = (res: ServerResponse) => void res.writeHead(500).end()
  const work = (res: ServerResponse) => void res.end('{}')
  const reload = (options: BreakerOptions) =>
    gateway.reload(
      defineGateway({ info: { title: 'Test', version: '1.0.0' }, routes: routesWith(options), server: { overload: false as const } }),
    )
  return { gateway, clock, script, up, other, lines, ask, askAll, fail, work, reload }
}
const state = ({ gateway }: Awaited<ReturnType<typeof stage>>, name = 'up') =>
  gateway.breakers.list().find(({ upstream: one }) => one === name)?.state

for (const lane of LANES) {
  test(`${lane}: C-01, C-03, C-05: it opens at its volume, then answers by itself, tries once, and closes`, async (t) => {
    const s = await stage(t, lane, { minRequests: 4, open: '10s' })
    s.script.answer = s.fail
    t.deepEqual(await s.askAll(4), [500, 500, 500, 500])
    t.deepEqual(await s.ask(), { status: 503, retryAfter: '10', code: 'CIRCUIT_OPEN' })
    s.clock.advance(9_100)
    t.deepEqual(await s.ask(), { status: 503, retryAfter: '1', code: 'CIRCUIT_OPEN' })
    t.is(s.up.requests.length, 4)
    s.clock.advance(900)
    t.deepEqual(await s.askAll(2), [500, 503])
    t.is(s.up.requests.length, 5, 'the whole wait begins again')
    s.clock.advance(10_000)
    s.script.answer = s.work
    t.deepEqual(await s.askAll(3), [200, 200, 200])
    t.is(state(s), 'closed')
    const changes = s.lines.filter(({ msg }) => msg === 'breaker changed its state').map(({ upstream: name, to }) => `${name} ${to}`)
    t.deepEqual(changes, ['up open', 'up half-open', 'up open', 'up half-open', 'up closed'])
  })

  test(`${lane}: C-04: of 100 requests at once a half-open breaker lets one through`, async (t) => {
    const s = await stage(t, lane, { failures: 1 })
    s.script.answer = s.fail
    await s.ask()
    s.clock.advance(10_000)
    const { promise: arrived, resolve } = withResolvers()
    const held: ServerResponse[] = []
    s.script.answer = (res) => {
      held.push(res)
      resolve()
    }
    const all = Array.from({ length: 100 }, () => s.ask())
    await arrived
    let refused = 0
    for (const one of all) void one.then(({ status }) => void (status === 503 && refused++))
    while (refused < 99) await new Promise(setImmediate)
    t.is(held.length, 1)
    held[0]?.end('{}')
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    t.is(statuses.filter((status) => status === 200).length, 1)
    t.is(state(s), 'closed')
  })

  test(`${lane}: C-06: a try whose client leaves gives its place to the next`, async (t) => {
    const s = await stage(t, lane, { failures: 1 })
    s.script.answer = s.fail
    await s.ask()
    s.clock.advance(10_000)
    const { promise: arrived, resolve } = withResolvers()
    s.script.answer = resolve
    const socket = connect(Number(new URL(s.gateway.url).port), '127.0.0.1')
    socket.write('GET /up/a HTTP/1.1\r\nhost: a\r\n\r\n')
    await arrived
    t.is((await s.ask()).status, 503)
    socket.destroy()
    await once(socket, 'close')
    s.script.answer = s.work
    while ((await s.ask()).status !== 200) await new Promise(setImmediate)
    t.is(state(s), 'closed')
  })

  test(`${lane}: C-08: neither clients that leave, nor 4xx, nor bodies that are too large open it; broken connections do`, async (t) => {
    const s = await stage(t, lane, { failures: 2, minRequests: 1_000 })
    s.script.answer = (res) => void res.writeHead(404).end()
    await s.askAll(5)
    for (let count = 0; count < 5; count++) {
      const { promise: arrived, resolve } = withResolvers()
      s.script.answer = resolve
      const controller = new AbortController()
      const left = s.ask('/up/a', { signal: controller.signal })
      await arrived
      controller.abort()
      t.is(await left.catch(() => 'left'), 'left' as never)
    }
    const chunked = () => new Blob([Buffer.alloc(4_096)]).stream()
    for (let count = 0; count < 3; count++)
      t.is((await s.ask('/up/a', { method: 'POST', body: chunked(), duplex: 'half' } as RequestInit)).status, 413)
    t.is(state(s), 'closed')
    s.script.answer = (res) => res.destroy()
    for (let count = 0; count < 2; count++) t.is((await s.ask('/up/a', { method: 'POST' })).status, 502)
    t.is(state(s), 'open')
  })

  test(`${lane}: C-10: one upstream's breaker leaves the others alone`, async (t) => {
    const s = await stage(t, lane, { failures: 1 })
    s.script.answer = s.fail
    await s.askAll(2)
    t.is(state(s), 'open')
    t.is((await s.ask('/other')).status, 200)
    t.is(state(s, 'other'), 'closed')
  })

  test(`${lane}: with a breaker for each target, the others serve; with all of them open it is 503`, async (t) => {
    const clock = fakeClock()
    const answers = [500, 200]
    const ups = await Promise.all(
      [0, 1].map((index) => startUpstream(t, (_request, res) => void res.writeHead(answers[index] as number).end())),
    )
    const to = upstream('two', { targets: ups.map(({ url }) => url), breaker: { failures: 1, per: 'target' } })
    const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: to, lifecycle: lane }) }, {}, { clock })
    const statuses = async (count: number) => {
      const all: number[] = []
      for (let index = 0; index < count; index++) all.push((await fetch(gateway.url)).status)
      return all
    }
    t.deepEqual((await statuses(2)).sort(), [200, 500])
    t.deepEqual(await statuses(6), [200, 200, 200, 200, 200, 200])
    t.is(ups[0]?.requests.length, 1)
    answers[1] = 500
    t.deepEqual(await statuses(3), [500, 503, 503])
    t.deepEqual(
      gateway.breakers.list().map(({ target, state: at }) => [target, at]),
      ups.map(({ url }) => [url, 'open']),
    )
    answers.fill(200)
    clock.advance(10_000)
    t.deepEqual(await statuses(4), [200, 200, 200, 200])
  })

  test(`${lane}: in shadow mode it lets everything through, and counts what it would have refused`, async (t) => {
    const s = await stage(t, lane, { failures: 1, mode: 'shadow' })
    s.script.answer = s.fail
    t.deepEqual(await s.askAll(4), [500, 500, 500, 500])
    t.is(state(s), 'open')
    const metrics = await (await fetch(`${s.gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /^gatewright_breaker_shadow_refusals_total\{upstream="up",target=""\} 3$/m)
    s.script.answer = s.work
    s.clock.advance(10_000)
    t.deepEqual(await s.askAll(2), [200, 200])
    t.is(state(s), 'closed')
  })
}

test('C-09: slow answers open it', async (t) => {
  const s = await stage(t, 'direct', { slowCall: '1s', minRequests: 2 })
  s.script.answer = (res) => {
    s.clock.advance(1_001)
    res.end('{}')
  }
  t.deepEqual(await s.askAll(3), [200, 200, 503])
})

test('C-11: a reload keeps the state where the upstream is the same, and starts anew where it changed', async (t) => {
  const s = await stage(t, 'direct', { failures: 1 })
  s.script.answer = s.fail
  await s.ask()
  await s.reload({ failures: 1 })
  t.is(state(s), 'open')
  t.is((await s.ask()).status, 503)
  await s.reload({ failures: 2 })
  t.is(state(s), 'closed')
  t.is((await s.ask()).status, 500)
})

test('a timeout of the upstream is a failure', async (t) => {
  const s = await stage(t, 'direct', { failures: 1 }, { timeouts: { headers: '1s' } })
  const { promise: arrived, resolve } = withResolvers()
  s.script.answer = resolve
  const late = s.ask()
  await arrived
  s.clock.advance(1_000)
  t.is((await late).status, 504)
  t.is((await s.ask()).status, 503)
})

test('operators see breakers and set them, on the admin listener and on the gateway', async (t) => {
  const s = await stage(t, 'direct', { failures: 1 })
  const admin = async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }
    const response = await fetch(s.gateway.adminUrl + path, { method, ...init })
    const text = await response.text()
    return { status: response.status, json: response.status === 200 ? JSON.parse(text) : undefined }
  }
  const listed = (at: string, pinned: boolean) => ({ status: 200, json: [{ upstream: 'up', state: at, pinned }] })
  t.deepEqual((await admin('GET', '/breakers')).json, [
    { upstream: 'up', state: 'closed', pinned: false },
    { upstream: 'other', state: 'closed', pinned: false },
  ])
  t.deepEqual(await admin('POST', '/breakers/up', { state: 'open' }), listed('open', true))
  s.clock.advance(1e9)
  t.deepEqual(await s.ask(), { status: 503, retryAfter: '10', code: 'CIRCUIT_OPEN' })
  t.deepEqual(await admin('POST', '/breakers/up', { state: 'closed' }), listed('closed', true))
  s.script.answer = s.fail
  t.deepEqual(await s.askAll(3), [500, 500, 500])
  t.deepEqual(await admin('POST', '/breakers/up', { state: 'auto' }), listed('closed', false))
  t.deepEqual(await s.askAll(2), [500, 503])
  const metrics = await (await fetch(`${s.gateway.adminUrl}/metrics`)).text()
  t.regex(metrics, /^gatewright_breaker_state\{upstream="up",target="",state="open"\} 1$/m)
  t.regex(metrics, /^gatewright_breaker_state\{upstream="up",target="",state="closed"\} 0$/m)
  t.regex(metrics, /^gatewright_breaker_transitions_total\{upstream="up",target="",to="open"\} 2$/m)
  t.regex(metrics, /^gatewright_breaker_refusals_total\{upstream="up",target=""\} 2$/m)
  for (const [status, method, path, body, type] of [
    [405, 'POST', '/breakers', { state: 'open' }],
    [405, 'GET', '/breakers/up'],
    [415, 'POST', '/breakers/up', { state: 'open' }, 'text/plain'],
    [400, 'POST', '/breakers/up', { state: 'half-open' }],
    [400, 'POST', '/breakers/up', { state: 'open', more: 1 }],
    [404, 'POST', '/breakers/nobody', { state: 'open' }],
    [404, 'POST', '/breakers/up', { state: 'open', target: s.up.url }],
    [404, 'POST', '/breakers/up/more', { state: 'open' }],
  ] as const)
    t.is((await admin(method, path, body, type)).status, status, `${method} ${path} ${JSON.stringify(body)}`)
  s.gateway.breakers.set('other', { state: 'open' })
  t.is((await s.ask('/other')).status, 503)
  let join = () => {}
  const joins = new Promise<void>((resolve) => (join = resolve))
  const none = discover(async function* () {
    yield []
    await joins
    yield [s.up.url]
    await new Promise(() => {})
  })
  const routes = {
    whole: route({ method: 'GET', path: '/a', upstream: upstream('whole', { targets: none, breaker: {} }) }),
    each: route({ method: 'GET', path: '/b', upstream: upstream('each', { targets: none, breaker: { per: 'target' } }) }),
  }
  const empty = await startGateway(t, routes)
  empty.breakers.set('whole', { state: 'open' })
  t.deepEqual(empty.breakers.list(), [{ upstream: 'whole', state: 'open', pinned: true }])
  empty.breakers.set('each', { state: 'open' })
  join()
  while (empty.breakers.list().length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
  t.like(empty.breakers.list()[1], { upstream: 'each', state: 'open', pinned: true }, 'a target that joins later')
  empty.breakers.set('each', { state: 'auto' })
  t.like(empty.breakers.list()[1], { upstream: 'each', state: 'closed', pinned: false })
  t.throws(() => s.gateway.breakers.set('nobody', { state: 'open' }), { message: /No upstream "nobody"/ })
})

test('routes declare what their upstream’s breaker and bulkhead answer', async (t) => {
  const { resolveGateway } = await import('gatewright')
  const problemsOf = (options: Partial<UpstreamOptions>) => {
    const to = upstream('up', { targets: ['http://127.0.0.1:9'], ...options })
    const routes = { a: route({ method: 'GET', path: '/', upstream: to }) }
    const [only] = resolveGateway(defineGateway({ info: { title: 'T', version: '1' }, routes })).routes
    return {
      problems: only?.effects().problems.filter((code) => code === 'CIRCUIT_OPEN' || code === 'UPSTREAM_BUSY'),
      retry: only?.effects().headers.some(({ name }) => name === 'Retry-After'),
    }
  }
  t.deepEqual(problemsOf({}), { problems: [], retry: false })
  t.deepEqual(problemsOf({ breaker: { mode: 'shadow' }, adaptive: { mode: 'observe' } }), { problems: [], retry: false })
  t.deepEqual(problemsOf({ breaker: {} }), { problems: ['CIRCUIT_OPEN'], retry: true })
  t.deepEqual(problemsOf({ bulkhead: {} }), { problems: ['UPSTREAM_BUSY'], retry: true })
  t.deepEqual(problemsOf({ adaptive: {} }), { problems: ['UPSTREAM_BUSY'], retry: true })
})

test('a retry that waits while its breaker opens is not made', async (t) => {
  const up = await startUpstream(t, (_request, res) => res.writeHead(503, { 'retry-after': '2' }).end())
  const to = upstream('up', { targets: [up.url], breaker: {}, retry: { retryAfter: '3s' } })
  const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: to }) })
  const answer = fetch(gateway.url)
  const retries = async () => /retries_total\{.*reason="503"\} 1/.test(await (await fetch(`${gateway.adminUrl}/metrics`)).text())
  while (!(await retries())) await new Promise(setImmediate)
  gateway.breakers.set('up', { state: 'open' })
  t.is(((await (await answer).json()) as { code: string }).code, 'CIRCUIT_OPEN')
  t.is(up.requests.length, 1)
})
