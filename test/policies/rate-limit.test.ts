import type { IncomingMessage, ServerResponse } from 'node:http'
import test from 'ava'
import { ip, jwt, Problem, type ProblemCode, rateLimit } from 'gatewright'
import { pino } from 'pino'
import { z } from 'zod'
import { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import { compileRateLimit } from '../../runtime/policies/rate-limit.js'
import type { Services } from '../../runtime/services.js'
import type { LimitStore } from '../../runtime/stores/limit-store.js'
import { createMemoryLimitStore } from '../../runtime/stores/memory-limit-store.js'
import { createMemorySharedState } from '../../runtime/stores/memory-shared-state.js'
import { rateLimitDefinition } from '../../sdk/policies/rate-limit.js'
import { fakeClock } from '../helpers/fake-clock.js'

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string(), plan: z.string() }),
})
const byPlan = session.key((auth) => auth.claims.plan)

const broken: LimitStore = {
  take: () => Promise.reject(new Problem('UNAVAILABLE', { cause: 'no reply' })),
  settle: () => Promise.reject(new Problem('UNAVAILABLE', { cause: 'no reply' })),
  spend: () => Promise.reject(new Problem('UNAVAILABLE', { cause: 'no reply' })),
  repay: () => Promise.reject(new Problem('UNAVAILABLE', { cause: 'no reply' })),
  warm: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

/** Compilers' surroundings, with what they log and count. */
function surroundings(shared?: LimitStore) {
  const clock = fakeClock()
  const lines: { level: number; msg: string }[] = []
  const counts: string[] = []
  const localLimits = createMemoryLimitStore(clock)
  const services: Services = {
    clock,
    log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) }),
    limits: shared ?? createMemoryLimitStore(clock),
    localLimits,
    leases: undefined,
    shared: createMemorySharedState(clock),
    converters: {},
    revocations: undefined as unknown as Services['revocations'],
    certificates: undefined as unknown as Services['certificates'],
    fetchUpstream: () => Promise.reject(new Error('not needed')),
    observe: () => undefined,
    count: (name, labels) => counts.push(`${name} ${JSON.stringify(labels)}`),
    keep: (_key, create) => create(),
    keepByStore: (_key, create) => create(),
    warm: () => undefined,
    jwt: undefined,
    tell: () => undefined,
    forgetTarget: () => undefined,
  }
  return { services, clock, lines, counts }
}

type Around = ReturnType<typeof surroundings>

function compile(policy: { options: unknown }, { services }: Around, at: { key?: string; identity?: string } = {}) {
  const key = at.key ?? 'limit'
  const identity = at.identity ?? `use.${key}`
  const { request } = compileRateLimit(rateLimitDefinition.options.parse(policy.options), { key, identity, services })
  if (!request) throw new Error('a limiter has a request step')
  return request
}

function exchangeOf({ address = '192.0.2.1', plan = '' } = {}): GatewayExchange {
  const req = { method: 'GET', headers: {} } as IncomingMessage
  const exchange = new GatewayExchange(req, {} as ServerResponse, '/', '', address, 'r-1', 0)
  exchange.auth = { claims: { plan } }
  return exchange
}

type Step = ReturnType<typeof compile>

/** Runs the step; resolves to the problem that it threw, if it did. */
async function run(step: Step, exchange = exchangeOf()): Promise<Problem | undefined> {
  try {
    await step(exchange)
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

const headersOf = (exchange: GatewayExchange) =>
  (exchange.responseEdits ?? []).map(({ name, value, add }) => `${add ? '+' : ''}${name}: ${value}`)

test('decides at once where the counters are in this process', (t) => {
  const step = compile(rateLimit({ by: ip, limit: '1/min' }), surroundings())
  t.is(step(exchangeOf()), undefined)
  t.throws(() => step(exchangeOf()), { instanceOf: Problem })
})

test('tells policy and state in the fields of the IETF draft, on admitted and refused requests alike', async (t) => {
  const around = surroundings()
  const step = compile(rateLimit({ by: ip, limit: '2/min' }), around, { key: 'flood' })
  const exchanges = [exchangeOf(), exchangeOf(), exchangeOf()]
  for (const exchange of exchanges) {
    await run(step, exchange)
    around.clock.advance(10_000)
  }
  t.deepEqual(exchanges.map(headersOf), [
    ['+ratelimit-policy: "flood";q=2;w=60', '+ratelimit: "flood";r=1;t=30'],
    ['+ratelimit-policy: "flood";q=2;w=60', '+ratelimit: "flood";r=0;t=50'],
    ['+ratelimit-policy: "flood";q=2;w=60', '+ratelimit: "flood";r=0;t=40'],
  ])
  t.deepEqual(
    exchanges.map(({ given }) => given),
    [{ flood: { remaining: 1 } }, { flood: { remaining: 0 } }, { flood: { remaining: 0 } }],
  )
})

test('refuses with 429, the limit in words, the policy that was violated, and a Retry-After that holds', async (t) => {
  const around = surroundings()
  const step = compile(rateLimit({ by: ip, limit: '60/min', burst: 2 }), around, { key: 'flood' })
  await run(step)
  around.clock.advance(100)
  await run(step)
  const problem = await run(step)
  t.is(problem?.code, 'RATE_LIMITED')
  t.is(problem?.status, 429)
  t.is(problem?.detail, 'The limit of 60 requests per minute is used up.')
  t.deepEqual(problem?.extensions, { 'violated-policies': ['flood'] })
  t.deepEqual(problem?.headers, ['Retry-After', '1'])
  around.clock.advance(899)
  t.is((await run(step))?.headers[1], '1')
  around.clock.advance(1)
  t.is(await run(step), undefined)
})

test('waiting as long as Retry-After says is enough for every rate', async (t) => {
  for (const limit of ['1/s', '7/s', '999/s', '7/min', '1/min', '11/h', '7/day'] as const) {
    const around = surroundings()
    const step = compile(rateLimit({ by: ip, limit, burst: 1 }), around)
    for (let turn = 0; turn < 5; turn += 1) {
      t.is(await run(step), undefined, limit)
      around.clock.advance(0.125 * turn)
      const wait = Number((await run(step))?.headers[1])
      t.true(Number.isInteger(wait) && wait >= 1, limit)
      around.clock.advance(wait * 1_000)
    }
  }
})

test('several limiters on one request make members of one list', async (t) => {
  const around = surroundings()
  const outer = compile(rateLimit({ by: ip, limit: '50/s' }), around, { key: 'flood' })
  const inner = compile(rateLimit({ by: ip, limit: '1/h' }), around, { key: 'hourly' })
  const exchange = exchangeOf()
  await run(outer, exchange)
  await run(inner, exchange)
  t.deepEqual(headersOf(exchange), [
    '+ratelimit-policy: "flood";q=50;w=1',
    '+ratelimit: "flood";r=49;t=1',
    '+ratelimit-policy: "hourly";q=1;w=3600',
    '+ratelimit: "hourly";r=0;t=3600',
  ])
  t.deepEqual(exchange.given, { flood: { remaining: 49 }, hourly: { remaining: 0 } })
  const second = exchangeOf()
  t.is(await run(outer, second), undefined)
  t.deepEqual((await run(inner, second))?.extensions, { 'violated-policies': ['hourly'] })
})

test('a name that is no plain text is still a valid structured field', async (t) => {
  const around = surroundings()
  const exchange = exchangeOf()
  await run(compile(rateLimit({ by: ip, limit: '1/s' }), around, { key: 'a"b\\c\r\né' }), exchange)
  t.deepEqual(headersOf(exchange), ['+ratelimit-policy: "a\\"b\\\\c___";q=1;w=1', '+ratelimit: "a\\"b\\\\c___";r=0;t=1'])
})

test('callers do not share a counter, and neither do limiters', async (t) => {
  const around = surroundings()
  const policy = rateLimit({ by: ip, limit: '1/h' })
  const first = compile(policy, around, { identity: 'use.a' })
  const second = compile(policy, around, { identity: 'use.b' })
  t.is(await run(first, exchangeOf({ address: '192.0.2.1' })), undefined)
  t.is(await run(first, exchangeOf({ address: '192.0.2.2' })), undefined)
  t.is(await run(second, exchangeOf({ address: '192.0.2.1' })), undefined)
  t.is((await run(first, exchangeOf({ address: '192.0.2.1' })))?.status, 429)
})

test('one limiter used in two places counts once', async (t) => {
  const around = surroundings()
  const policy = rateLimit({ by: ip, limit: '1/h' })
  const there = compile(policy, around, { key: 'there', identity: 'use.shared' })
  const here = compile(policy, around, { key: 'here', identity: 'use.shared' })
  t.is(await run(there), undefined)
  t.is((await run(here))?.status, 429)
})

test('limiters of one name share their counter if their limits are equal, and do not touch each other if not', async (t) => {
  const around = surroundings()
  const named = (limit: '2/h' | '100/s', identity: string) => compile(rateLimit({ by: ip, limit, name: 'search' }), around, { identity })
  const [a, b, fast] = [named('2/h', 'use.a'), named('2/h', 'use.b'), named('100/s', 'use.c')]
  t.is(await run(a), undefined)
  t.is(await run(b), undefined)
  t.is(await run(fast), undefined)
  t.is((await run(a))?.status, 429)
  t.is((await run(b))?.status, 429)
  t.is(await run(fast), undefined)
  const lookalike = compile(rateLimit({ by: ip, limit: '2/h' }), around, { identity: 'search' })
  t.is(await run(lookalike), undefined)
})

test('each plan has its limit and a counter of its own', async (t) => {
  const around = surroundings()
  const step = compile(rateLimit({ by: ip, plan: byPlan, limits: { free: '1/h', trial: '1/h', pro: '3/h' } }), around)
  const admitted = async (plan: string) => {
    for (let count = 0; ; count += 1) if (await run(step, exchangeOf({ plan }))) return count
  }
  t.is(await admitted('free'), 1)
  t.is(await admitted('trial'), 1)
  t.is(await admitted('pro'), 3)
  const exchange = exchangeOf({ plan: 'pro' })
  await run(step, exchange)
  t.is(headersOf(exchange)[0], '+ratelimit-policy: "limit";q=3;w=3600')
})

test('a plan without a limit is refused as an error of the gateway, logged once per ten seconds', async (t) => {
  const around = surroundings()
  const step = compile(rateLimit({ by: ip, plan: byPlan, limits: { free: '1/h' } }), around)
  for (const plan of ['gold', '__proto__', 'constructor', '', undefined as unknown as string]) {
    const problem = await run(step, exchangeOf({ plan }))
    t.is(problem?.code, 'INTERNAL')
    t.is(problem?.detail, undefined)
  }
  t.is(around.lines.length, 1)
  t.is(around.lines[0]?.msg, 'no limit for plan "gold"; known: free')
  around.clock.advance(10_000)
  await run(step, exchangeOf({ plan: 'x'.repeat(10_000) }))
  t.is(around.lines.length, 2)
  t.true((around.lines[1]?.msg.length ?? 0) < 200)
})

test('a store that fails admits, and says what it knows, if the limiter is open', async (t) => {
  const around = surroundings(broken)
  const step = compile(rateLimit({ by: ip, limit: '5/min' }), around)
  for (let turn = 0; turn < 10; turn += 1) {
    const exchange = exchangeOf()
    t.is(await run(step, exchange), undefined)
    t.deepEqual(headersOf(exchange), ['+ratelimit-policy: "limit";q=5;w=60'])
    t.deepEqual(exchange.given, { limit: { remaining: 5 } })
  }
  t.deepEqual(around.counts, Array(10).fill('gatewright_limit_store_failures_total {"mode":"open"}'))
})

test('a store that fails answers 503 with Retry-After if the limiter is closed', async (t) => {
  const around = surroundings(broken)
  const step = compile(rateLimit({ by: ip, limit: '5/min', onStoreFailure: 'closed' }), around)
  const problem = await run(step)
  t.is(problem?.code, 'UNAVAILABLE')
  t.deepEqual(problem?.headers, ['Retry-After', '5'])
  t.is(problem?.detail, undefined)
  t.deepEqual(around.counts, ['gatewright_limit_store_failures_total {"mode":"closed"}'])
})

test('a store that fails is stood in for by this process if the limiter is local', async (t) => {
  const around = surroundings(broken)
  const step = compile(rateLimit({ by: ip, limit: '2/min', onStoreFailure: 'local' }), around)
  t.is(await run(step), undefined)
  const exchange = exchangeOf()
  t.is(await run(step, exchange), undefined)
  t.deepEqual(headersOf(exchange), ['+ratelimit-policy: "limit";q=2;w=60', '+ratelimit: "limit";r=0;t=60'])
  t.is((await run(step))?.status, 429)
  t.deepEqual(around.counts, [
    ...Array(3).fill('gatewright_limit_store_failures_total {"mode":"local"}'),
    'gatewright_rate_limited_total {"limiter":"use.limit"}',
  ])
})

test('a shared store that answers later decides as one in this process', async (t) => {
  const clock = fakeClock()
  const memory = createMemoryLimitStore(clock)
  const around = surroundings({ ...broken, take: (...given) => Promise.resolve(memory.take(...given)) })
  const step = compile(rateLimit({ by: ip, limit: '1/min' }), around)
  const exchange = exchangeOf()
  t.true(step(exchange) instanceof Promise)
  t.is((await run(step))?.status, 429)
  t.deepEqual(headersOf(exchange), ['+ratelimit-policy: "limit";q=1;w=60', '+ratelimit: "limit";r=0;t=60'])
  t.deepEqual(around.counts, ['gatewright_rate_limited_total {"limiter":"use.limit"}'])
})

test('several limits hold at once: one item for each in the fields, and the refusal names the one without room', async (t) => {
  const around = surroundings()
  const step = compile(rateLimit({ by: ip, limit: '4/min & 6/day', legacyHeaders: true }), around)
  const last = exchangeOf()
  for (let turn = 0; turn < 3; turn += 1) t.is(await run(step), undefined)
  t.is(await run(step, last), undefined)
  t.deepEqual(headersOf(last), [
    '+ratelimit-policy: "limit-min";q=4;w=60, "limit-day";q=6;w=86400',
    '+ratelimit: "limit-min";r=0;t=60, "limit-day";r=2;t=57600',
    'x-ratelimit-limit: 4',
    'x-ratelimit-remaining: 0',
    'x-ratelimit-reset: 60',
  ])
  t.deepEqual(last.given, { limit: { remaining: 0 } })
  const byMinute = await run(step)
  t.deepEqual(byMinute?.extensions, { 'violated-policies': ['limit-min'] })
  t.deepEqual(byMinute?.headers, ['Retry-After', '15'])
  around.clock.advance(60_000)
  for (let turn = 0; turn < 2; turn += 1) t.is(await run(step), undefined)
  const byDay = await run(step)
  t.deepEqual(byDay?.extensions, { 'violated-policies': ['limit-day'] })
  t.is(byDay?.detail, 'The limit of 6 requests per day is used up.')
  t.deepEqual(byDay?.headers, ['Retry-After', '14340'])
})

test('a cost that is read counts; one that is no number is an error of the gateway', async (t) => {
  const around = surroundings()
  const read = session.key((auth) => auth.claims.plan as unknown as number)
  const step = compile(rateLimit({ by: ip, limit: '10/h', cost: read }), around)
  const costing = (plan: unknown) => exchangeOf({ plan: plan as string })
  const first = costing(7)
  t.is(await run(step, first), undefined)
  t.deepEqual(first.given, { limit: { remaining: 3 } })
  t.is((await run(step, costing(4)))?.status, 429)
  t.is(await run(step, costing(2.5)), undefined)
  for (const odd of ['2', -1, Number.NaN, Number.POSITIVE_INFINITY, undefined, {}]) t.is((await run(step, costing(odd)))?.code, 'INTERNAL')
  t.is(around.lines.length, 1)
})

test('answers nothing that its definition does not declare', async (t) => {
  for (const onStoreFailure of ['open', 'closed', 'local'] as const) {
    const policy = rateLimit({ by: ip, limit: '1/min', onStoreFailure })
    const effects = rateLimitDefinition.effects(rateLimitDefinition.options.parse(policy.options))
    const names = effects.headers?.map(({ name }) => name.toLowerCase())
    for (const store of [undefined, broken]) {
      const step = compile(policy, surroundings(store))
      for (let turn = 0; turn < 2; turn += 1) {
        const exchange = exchangeOf()
        const problem = await run(step, exchange)
        if (problem) t.true((effects.problems as readonly ProblemCode[]).includes(problem.code))
        const sent = [...(exchange.responseEdits ?? []).map(({ name }) => name), ...(problem ? [problem.headers[0] ?? ''] : [])]
        t.true(
          sent.every((name) => names?.includes(name.toLowerCase())),
          sent.join(),
        )
      }
    }
  }
})

test('changes neither the policy that it is given nor its options', async (t) => {
  const around = surroundings()
  const policy = rateLimit({ by: ip, limit: '1/min' })
  const before = JSON.stringify(policy.options)
  await run(compile(policy, around))
  t.is(JSON.stringify(policy.options), before)
})
