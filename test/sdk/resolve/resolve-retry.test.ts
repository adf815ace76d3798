import test from 'ava'
import { route, upstream } from 'gatewright'
import { z } from 'zod'
import { issuesOf, lines, resolveRoutes, type Unchecked } from './resolve.js'

const targets = ['http://127.0.0.1:1']
const loose = route as unknown as (options: unknown) => ReturnType<typeof route>
const looseUpstream = upstream as unknown as (name: string, options: unknown) => ReturnType<typeof upstream>
const body = z.object({ text: z.string() })

const routesOf = (more: Unchecked, options: Unchecked = {}) => ({
  r: loose({ method: 'GET', path: '/', upstream: looseUpstream('up', { targets, ...options }), ...more }),
})
const retryOf = (more: Unchecked, options: Unchecked = {}) => resolveRoutes(routesOf(more, options)).routes[0]?.retry

test('an empty `retry` has every default', (t) => {
  t.deepEqual(retryOf({ retry: {} }), {
    attempts: 2,
    on: [502, 503, 504, 'connect', 'reset', 'timeout'],
    nonIdempotent: false,
    replay: 65_536,
    backoff: { base: 25, max: 250 },
    retryAfter: 1_000,
  })
  const { retry } = resolveRoutes(routesOf({}, { retry: {} })).upstreams[0]?.settings ?? {}
  t.like(retry, { budget: { percent: 20, minConcurrency: 3 } })
})

test('a route’s `retry` and `hedge` stand in place of the upstream’s; `false` switches them off', (t) => {
  t.is(retryOf({}), undefined)
  t.is(retryOf({ retry: false }, { retry: {} }), false)
  t.like(retryOf({ retry: { attempts: 1 } }, { retry: { attempts: 5, perTry: '1s' } }), { attempts: 1, perTry: undefined })
  t.like(retryOf({}, { retry: { attempts: 5 } }), { attempts: 5 })
  const hedgeOf = (more: Unchecked) => resolveRoutes(routesOf(more, { hedge: {} })).routes[0]?.hedge
  t.like(hedgeOf({}), { after: 'p95', max: 1 })
  t.is(hedgeOf({ hedge: false }), undefined)
  t.like(hedgeOf({ hedge: { after: '80ms' } }), { after: 80, max: 1 })
})

test('`deadlineHeader: true` is the name that Envoy uses; another is taken in lower case', (t) => {
  const nameOf = (deadlineHeader: unknown) => resolveRoutes(routesOf({}, { deadlineHeader })).upstreams[0]?.settings.deadlineHeader
  t.is(nameOf(true), 'x-envoy-expected-rq-timeout-ms')
  t.is(nameOf('X-Time-Left'), 'x-time-left')
})

test('attempts that cannot fit in the total time are refused, with what would fit', (t) => {
  const issues = issuesOf(routesOf({ timeouts: { total: '3s' } }, { retry: { perTry: '1s' } }))
  t.deepEqual(lines(issues), [
    'GW1350 routes.r: 3 attempts of 1000 ms and the waits between them take up to 3075 ms, and `timeouts.total` is 3000 ms',
  ])
  t.is(issues[0]?.hint, 'set `perTry` to 975 ms or less, or `total` to 3075 ms')
  t.deepEqual(issuesOf(routesOf({ timeouts: { total: '3075ms' } }, { retry: { perTry: '1s' } })), [])
  t.deepEqual(issuesOf(routesOf({ timeouts: { total: '3s' } }, { retry: {} })), [])
  t.deepEqual(issuesOf(routesOf({}, { retry: { perTry: '1s', attempts: 10 } })), [])
  t.deepEqual(
    issuesOf(routesOf({ retry: { perTry: '1s' } }, { timeouts: { total: '2s' } })).map(({ code }) => code),
    ['GW1350'],
  )
})

test('`nonIdempotent: true` is refused where the body is streamed and may be any method’s', (t) => {
  const all = { retry: { nonIdempotent: true } }
  const codes = (more: Unchecked, options: Unchecked = {}) => issuesOf(routesOf(more, options)).map(({ code }) => code)
  t.deepEqual(codes({ method: 'POST', ...all }), ['GW1351'])
  t.deepEqual(codes({ method: 'PATCH' }, all), ['GW1351'])
  t.deepEqual(codes({ method: '*' }, all), ['GW1351'])
  t.deepEqual(codes({ method: 'POST', body, ...all }), [])
  t.deepEqual(codes({ method: 'POST', retry: false }, all), [])
  t.deepEqual(codes({ method: 'PUT', ...all }), [])
  t.deepEqual(codes({ method: 'POST', retry: { nonIdempotent: 'with-key' } }), [])
})

test('a retry of its own is refused on a route whose requests are never sent twice', (t) => {
  t.deepEqual(lines(issuesOf(routesOf({ method: 'POST', retry: {} }))), [
    'GW1352 routes.r.retry: a POST request is not idempotent and is not sent twice',
  ])
  t.deepEqual(issuesOf(routesOf({ method: 'POST' }, { retry: {} })), [])
  t.deepEqual(issuesOf(routesOf({ method: '*', retry: {} })), [])
})

const refused: [string, Unchecked][] = [
  ['no attempts', { retry: { attempts: 0 } }],
  ['a status that is no failure', { retry: { on: [200] } }],
  ['an unknown cause', { retry: { on: ['5xx'] } }],
  ['a first wait that is longer than the longest', { retry: { backoff: { base: '1s' } } }],
  ['a budget of nothing', { retry: { budget: { percent: 0 } } }],
  ['an unknown percentile', { hedge: { after: 'p42' } }],
  ['four hedges', { hedge: { max: 4 } }],
  ['a deadline header that is no name', { deadlineHeader: 'time left' }],
]
for (const [title, options] of refused)
  test(`refuses ${title}`, (t) => {
    const issues = issuesOf(routesOf({}, options))
    t.is(issues.length, 1, lines(issues).join('\n'))
    t.is(issues[0]?.code, 'GW1002')
  })

test('a budget belongs to the upstream', (t) => {
  t.deepEqual(lines(issuesOf(routesOf({ retry: { budget: false } }))), ['GW1003 routes.r.retry.budget: unknown key `budget`'])
})
