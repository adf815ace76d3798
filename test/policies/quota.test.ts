import test from 'ava'
import fc from 'fast-check'
import { apiKey, ip, Problem, type QuotaOptions, quota, route, upstream } from 'gatewright'
import { z } from 'zod'
import type { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import { compileQuota } from '../../runtime/policies/quota.js'
import type { Services } from '../../runtime/services.js'
import type { LimitStore } from '../../runtime/stores/limit-store.js'
import { createMemoryLimitStore } from '../../runtime/stores/memory-limit-store.js'
import { quotaDefinition } from '../../sdk/policies/quota.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { redisTest } from '../helpers/redis.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { compileContext, policyExchange } from './policy-exchange.js'

type Quota = QuotaOptions<{ readonly ip: string }>

const partner = apiKey({ keys: [], metadata: z.object({ plan: z.enum(['free', 'pro']) }) })

function compile(policy: { options: unknown }, at: string, store?: LimitStore) {
  const clock = fakeClock(Date.parse(at))
  const localLimits = createMemoryLimitStore(clock)
  const { context } = compileContext()
  const counts: string[] = []
  const count = (name: string, labels: object) => counts.push(`${name} ${JSON.stringify(labels)}`)
  const services: Services = { ...context.services, clock, limits: store ?? localLimits, localLimits, count }
  const { request } = compileQuota(quotaDefinition.options.parse(policy.options), { key: 'monthly', identity: 'use.monthly', services })
  const run = async (exchange: GatewayExchange = policyExchange()): Promise<Problem | undefined> => {
    try {
      await request?.(exchange)
      return undefined
    } catch (error) {
      if (error instanceof Problem) return error
      throw error
    }
  }
  return { run, clock, counts }
}

const fieldsOf = ({ responseEdits }: GatewayExchange) => (responseEdits ?? []).map(({ name, value }) => `${name}: ${value}`)

const broken: LimitStore = {
  ...createMemoryLimitStore(fakeClock()),
  spend: () => Promise.reject(new Problem('UNAVAILABLE')),
}

test('admits as many as the quota, and then says when the next one begins', async (t) => {
  const { run, clock, counts } = compile(
    quota({ by: ip, limit: '2/month', timeZone: 'Europe/Berlin', legacyHeaders: true }),
    '2026-11-29T23:00:00Z',
  )
  t.is(await run(), undefined)
  const second = policyExchange()
  t.is(await run(second), undefined)
  t.deepEqual(fieldsOf(second), [
    'ratelimit-policy: "monthly";q=2;w=2592000',
    'ratelimit: "monthly";r=0;t=86400',
    'x-ratelimit-limit: 2',
    'x-ratelimit-remaining: 0',
    'x-ratelimit-reset: 86400',
  ])
  t.deepEqual(second.given, { monthly: { remaining: 0 } })
  const refused = await run()
  t.is(refused?.code, 'QUOTA_EXCEEDED')
  t.is(refused?.status, 429)
  t.is(refused?.detail, 'The quota of 2 requests per month is used up.')
  t.deepEqual(refused?.headers, ['Retry-After', '86400'])
  t.deepEqual(refused?.extensions, { 'violated-policies': ['monthly'] })
  t.deepEqual(counts, ['gatewright_quota_exceeded_total {"limiter":"use.monthly"}'])
  clock.advance(86_399_999)
  t.is((await run())?.headers[1], '1')
  clock.advance(1)
  const december = policyExchange()
  t.is(await run(december), undefined)
  t.is(fieldsOf(december)[0], 'ratelimit-policy: "monthly";q=2;w=2678400')
})

test('a caller whose plan changes keeps what is used', async (t) => {
  const limits = { free: '2/month', pro: '5/month' } as const
  const { run } = compile(quota({ by: ip, plan: partner.key((auth) => auth.metadata.plan), limits }), '2026-11-24T00:00:00Z')
  const as = (plan: string) => Object.assign(policyExchange(), { auth: { metadata: { plan } } })
  t.is(await run(as('free')), undefined)
  t.is(await run(as('free')), undefined)
  t.is((await run(as('free')))?.code, 'QUOTA_EXCEEDED')
  for (let turn = 0; turn < 3; turn += 1) t.is(await run(as('pro')), undefined)
  t.is((await run(as('pro')))?.code, 'QUOTA_EXCEEDED')
  t.is((await run(as('free')))?.code, 'QUOTA_EXCEEDED')
  t.is((await run(as('gold')))?.code, 'INTERNAL')
})

test('a store that fails admits, refuses or is stood in for', async (t) => {
  const of = (onStoreFailure: 'open' | 'closed' | 'local') =>
    compile(quota({ by: ip, limit: '1/day', onStoreFailure }), '2026-11-24T00:00:00Z', broken).run
  const [open, closed, local] = [of('open'), of('closed'), of('local')]
  for (let turn = 0; turn < 3; turn += 1) t.is(await open(), undefined)
  t.is((await closed())?.code, 'UNAVAILABLE')
  t.is(await local(), undefined)
  t.is((await local())?.code, 'QUOTA_EXCEEDED')
})

test('in no window more is admitted than the quota, and nothing is refused that fits', (t) => {
  const day = 86_400_000
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.tuple(fc.nat(day), fc.nat(25)), { maxLength: 100 }), (limit, arrivals) => {
        const clock = fakeClock(Date.UTC(2026, 10, 24))
        const store = createMemoryLimitStore(clock)
        const used = new Map<number, number>()
        return arrivals.every(([gap, cost]) => {
          clock.advance(gap)
          const start = Math.floor(clock.wall() / day) * day
          const before = used.get(start) ?? 0
          const fits = before + Math.min(cost, limit) <= limit
          if (fits) used.set(start, before + Math.min(cost, limit))
          return store.spend('a', limit, [start - day, start, start + day, start + 2 * day], cost).admitted === fits
        })
      }),
      { numRuns: 500 },
    ),
  )
})

test('options that make no sense are refused', (t) => {
  const refused = (options: object) => !quotaDefinition.options.safeParse({ by: ip, ...options }).success
  for (const limit of ['0/month', '5/minute', '5', '1.5/day', 5, '5/toString']) t.true(refused({ limit }), `${limit}`)
  t.true(refused({ limit: '5/month', timeZone: 'Europe/Bonn' }))
  t.true(refused({ limit: '5/week', anchor: 3 }))
  t.true(refused({ limit: '5/month', anchor: 32 }))
  t.true(refused({}))
  t.true(refused({ plan: ip, limits: {} }))
  t.false(refused({ limit: '5/month', anchor: 31, timeZone: 'Europe/Berlin' }))
})

const routes = (url: string, lifecycle: 'direct' | 'hapi', options: Quota) => ({
  any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [url] }), lifecycle, use: { yearly: quota(options) } }),
})

for (const lifecycle of LANES) {
  test(`${lifecycle}: over real sockets, with refunds`, async (t) => {
    const up = await startUpstream(t, ({ url }, res) => void res.writeHead(Number(url.slice(1))).end())
    const gateway = await startGateway(t, routes(up.url, lifecycle, { by: ip, limit: '2/year', refund: ['5xx'] }))
    const statuses: number[] = []
    for (const path of ['500', '200', '503', '200', '200']) statuses.push((await fetch(`${gateway.url}/${path}`)).status)
    t.deepEqual(statuses, [500, 200, 503, 200, 429])
    const refused = await fetch(`${gateway.url}/200`)
    t.true(Number(refused.headers.get('retry-after')) > 0)
    const problem = (await refused.json()) as Record<string, unknown>
    t.is(problem['type'], 'https://iana.org/assignments/http-problem-types#quota-exceeded')
    t.deepEqual(problem['violated-policies'], ['yearly'])
  })
}

redisTest('any', 'in Redis a quota is shared by gateways, survives them, and refunds', async (t, { url }) => {
  const up = await startUpstream(t, ({ url: path }, res) => void res.writeHead(Number(path.slice(1))).end())
  const start = () =>
    startGateway(t, routes(up.url, 'direct', { by: ip, limit: '3/year', refund: [503], onStoreFailure: 'closed' }), {
      redis: { url, prefix: `q${process.pid}` },
    })
  const [one, two] = [await start(), await start()]
  const status = async (gateway: { url: string }, path: number) => {
    for (let turn = 0; ; turn += 1) {
      const { status: seen, headers } = await fetch(`${gateway.url}/${path}`)
      // A busy machine may take longer than the store's 20 ms.
      if (headers.has('ratelimit') || turn > 50) return seen
    }
  }
  t.is(await status(one, 200), 200)
  t.is(await status(two, 200), 200)
  await one.stop({ now: true })
  const three = await start()
  t.is(await status(three, 200), 200)
  t.is(await status(two, 200), 429)
  t.is(await status(three, 200), 429)
})
