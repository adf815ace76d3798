import type { ServerResponse } from 'node:http'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import { type BreakerOptions, type FallbackOptions, type Method, route, upstream } from 'gatewright'
import { z } from 'zod'
import { startCaching } from '../helpers/caching.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { recordLog } from '../helpers/record-log.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

type Lane = (typeof LANES)[number]
type Answer = (res: ServerResponse) => void
const RESPONSES = { 200: z.object({ from: z.string().default('nobody') }), 503: 'problem' } as const

const works =
  (from: string): Answer =>
  (res) =>
    void res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ from }))
const fails: Answer = (res) => void res.writeHead(503).end('x'.repeat(1_000))

/** A route with a fallback, its upstream, and another. */
async function stage(
  t: ExecutionContext,
  lifecycle: Lane,
  {
    method = 'GET',
    breaker,
    ...fallback
  }: FallbackOptions<typeof RESPONSES> & { method?: Method; breaker?: BreakerOptions; both?: boolean },
) {
  const answers: Answer[] = [works('first'), works('second')]
  const ups = await Promise.all([0, 1].map((index) => startUpstream(t, (_request, res) => (answers[index] as Answer)(res))))
  const [first, second] = ups.map(({ url }, index) => upstream(`up${index}`, { targets: [url], ...(breaker ? { breaker } : {}) }))
  const { both, ...given } = fallback
  const options = both ? { ...given, upstream: second } : given
  const { lines, log } = recordLog()
  const clock = fakeClock()
  const to = first as NonNullable<typeof first>
  const routes = { any: route({ method, path: '/', upstream: to, lifecycle, responses: RESPONSES, fallback: options as typeof given }) }
  const gateway = await startGateway(t, routes, {}, { log, clock })
  const ask = async (init: RequestInit = {}) => {
    const response = await fetch(gateway.url, { method: method === '*' ? 'GET' : method, ...init })
    const text = await response.text()
    const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return `${response.status} ${body['from'] ?? body['code']}`
  }
  const logged = () => lines.filter(({ msg }) => msg === 'request').map(({ fallback: one }) => one)
  return { gateway, answers, ups, ask, logged, clock }
}

for (const lane of LANES) {
  test(`${lane}: another upstream answers where the first fails, by status, by problem or by its breaker`, async (t) => {
    const s = await stage(t, lane, { both: true, breaker: { failures: 3 } })
    t.is(await s.ask(), '200 first')
    s.answers[0] = fails
    t.is(await s.ask(), '200 second')
    s.answers[0] = (res) => res.destroy()
    t.is(await s.ask(), '200 second')
    const before = s.ups[0]?.requests.length
    t.is(await s.ask(), '200 second')
    t.is(s.ups[0]?.requests.length, before, 'the breaker is open')
    s.answers[1] = fails
    t.is(await s.ask(), '503 undefined', 'what the second says is the answer')
    t.deepEqual(s.logged().slice(0, 4), [
      undefined,
      { to: 'upstream', after: '503' },
      { to: 'upstream', after: 'UPSTREAM_RESET' },
      { to: 'upstream', after: 'CIRCUIT_OPEN' },
    ])
    const metrics = await (await fetch(`${s.gateway.adminUrl}/metrics`)).text()
    t.regex(metrics, /^gatewright_fallbacks_total\{route="any",to="upstream",after="503"\} 1$/m)
  })

  test(`${lane}: a POST goes to the other upstream only where the first had nothing of it`, async (t) => {
    const s = await stage(t, lane, { both: true, method: 'POST', breaker: { failures: 2 } })
    s.answers[0] = fails
    t.is(await s.ask(), '503 undefined')
    t.is(await s.ask({ body: 'order' }), '503 undefined')
    t.is(s.ups[1]?.requests.length, 0)
    t.is(await s.ask({ body: 'order' }), '200 second')
    t.is(s.ups[1]?.requests[0]?.body, 'order')
  })

  test(`${lane}: a reply stands in, after the other upstream if there is one, as the schema yields it`, async (t) => {
    const s = await stage(t, lane, { reply: { status: 200, body: {} } })
    t.is(await s.ask(), '200 first')
    s.answers[0] = fails
    t.is(await s.ask(), '200 nobody')
    const response = await fetch(s.gateway.url)
    t.is(response.headers.get('content-type'), 'application/json')
    t.is(response.headers.get('cache-control'), 'no-store')
    t.deepEqual(s.logged()[1], { to: 'reply', after: '503' })
    s.answers[0] = (res) => res.destroy()
    t.is(await s.ask(), '200 nobody')
    const two = await stage(t, lane, { both: true, reply: { status: 200, body: { from: 'home' } } })
    two.answers[0] = fails
    t.is(await two.ask(), '200 second')
    two.answers[1] = fails
    t.is(await two.ask(), '200 home')
    t.is(two.ups[1]?.requests.length, 2)
  })

  test(`${lane}: what \`when\` leaves out stays as it is`, async (t) => {
    const s = await stage(t, lane, { when: ['CIRCUIT_OPEN', 500], breaker: { failures: 2 }, reply: { status: 200, body: {} } })
    s.answers[0] = fails
    t.is(await s.ask(), '503 undefined')
    s.answers[0] = (res) => void res.writeHead(500).end()
    t.is(await s.ask(), '200 nobody')
    t.is(await s.ask(), '200 nobody', 'the breaker is open')
  })

  test(`${lane}: a stale response of the cache comes before the reply, also where the breaker is open`, async (t) => {
    let failing = false
    const s = await startCaching(
      t,
      lane,
      { ttl: '1s', staleIfError: '1m' },
      (_n, _request, res) => (failing ? fails : works('first'))(res),
      { route: { method: 'GET', responses: RESPONSES, fallback: { reply: { status: 200, body: { from: 'home' } } } } },
    )
    const from = async (path: string) => ((await (await fetch(s.url + path)).json()) as { from: string }).from
    t.is(await from('/a'), 'first')
    failing = true
    s.clock.advance(2_000)
    t.is(await from('/a'), 'first')
    t.is(await from('/b'), 'home')
  })
}

test('a client that leaves ends the call to the second upstream', async (t) => {
  const s = await stage(t, 'direct', { both: true })
  s.answers[0] = fails
  let closed = () => {}
  let whole = true
  const gone = new Promise<void>((resolve) => (closed = resolve))
  let arrived = () => {}
  const there = new Promise<void>((resolve) => (arrived = resolve))
  s.answers[1] = (res) => {
    res.on('close', () => {
      whole = res.writableFinished
      closed()
    })
    arrived()
  }
  const controller = new AbortController()
  const left = s.ask({ signal: controller.signal }).catch(() => 'left')
  await there
  controller.abort()
  t.is(await left, 'left')
  await gone
  t.false(whole)
})
