import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { type RedisServer, redisTest } from '../helpers/redis.js'
import { type Answer, type Member, startFleet } from './fleet.js'

const LIMIT = 100
const REQUESTS = 400
const ROUNDS = 20
/** Of the limiter at `/local`, in each process. */
const LOCAL_LIMIT = 5
const BUDGET_MS = 20
const RECOVERY_MS = 5_000
const FAILURES = 'gatewright_limit_store_failures_total'
const REASONS = 'gatewright_limit_store_errors_total'

type Fleet = readonly Member[]

/** How many answers have each status. */
function statuses(answers: readonly Answer[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** All requests of one client at once, spread evenly over the fleet. */
const burst = (fleet: Fleet, client: string): Promise<Answer[]> =>
  Promise.all(Array.from({ length: REQUESTS }, (_, index) => (fleet[index % fleet.length] as Member).get('/open', client)))

async function sumOf(fleet: Fleet, name: string, labels?: string): Promise<number> {
  const counts = await Promise.all(fleet.map((member) => member.counter(name, labels)))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** What limiters did without a decision of the store, by reason. */
async function undecided(fleet: Fleet): Promise<Readonly<Record<string, number>>> {
  const reasons = ['timeout', 'paused', 'offline', 'reply']
  const counts = await Promise.all(reasons.map((reason) => sumOf(fleet, REASONS, `reason="${reason}"`)))
  return Object.fromEntries(reasons.map((reason, index) => [reason, counts[index] ?? 0]))
}

const starved = () => (loadavg()[0] ?? 0) > 2 * availableParallelism()

/**
 * Holds that rounds of a fresh client each admit exactly the limit. A round in which a decision was not taken in time says
 * nothing where others take the processor from Redis for longer than the budget; there, and only there, it is played again.
 */
async function holdsExactly(t: ExecutionContext, fleet: Fleet, rounds: number, name: string): Promise<void> {
  const slowest: number[] = []
  let before = await sumOf(fleet, FAILURES)
  for (let round = 0, spare = rounds; round < rounds; round += 1) {
    const answers = await burst(fleet, `${name}-${round}-${spare}`)
    slowest.push(Math.round(Math.max(...answers.map(({ ms }) => ms))))
    const after = await sumOf(fleet, FAILURES)
    if (after > before && spare > 0 && starved()) {
      t.log(`${name} ${round} played again: ${after - before} decisions not taken in time at a load of ${loadavg()[0]}`)
      spare -= 1
      round -= 1
      await delay(1_000)
    } else {
      const where = `${name} ${round}; not decided so far: ${JSON.stringify(await undecided(fleet))}`
      t.deepEqual(statuses(answers), { 200: LIMIT, 429: REQUESTS - LIMIT }, where)
    }
    before = after
  }
  t.log(`slowest answer of each ${name} in ms, at a load of ${loadavg()[0]}: ${slowest.join(' ')}`)
}

redisTest('own', 'four gateways admit exactly 100 of 400 parallel requests, from the first after readiness on', async (t, redis) => {
  t.timeout(240_000)
  await holdsExactly(t, await startFleet(t, redis), ROUNDS, 'round')
})

/** Milliseconds of requests one after the other, in order. */
async function timesOf(member: Member, path: string, count: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) times.push((await member.get(path, `${path}-timed`)).ms)
  return times
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
const shown = (values: readonly number[]) => values.map((value) => value.toFixed(1)).join(' ')

/** Holds what a limiter does without the store, at one gateway after the other, and what that costs. */
async function holdsWithoutStore(t: ExecutionContext, fleet: Fleet, outage: string): Promise<void> {
  const [first] = fleet as [Member]
  const before = await sumOf(fleet, FAILURES)
  // The first requests of an outage are the ones that wait for a reply.
  const limited = await timesOf(first, '/open', 40)
  const unlimited = await timesOf(first, '/unlimited', 40)
  t.log(
    `${outage}: first requests ${shown(limited.slice(0, 8))} ms; medians ${shown([median(limited), median(unlimited)])} ms with and without a limiter`,
  )
  for (const ms of limited) t.true(ms < 250, `${outage}: a request took ${ms} ms`)
  t.true(median(limited) - median(unlimited) < BUDGET_MS, outage)
  t.true(limited.filter((ms) => ms > BUDGET_MS + median(unlimited)).length < limited.length / 2, `${outage}: ${shown(limited)}`)

  const open = await Promise.all(fleet.map((member) => many(member, '/open', outage)))
  t.deepEqual(statuses(open.flat()), { 200: fleet.length * 2 * LIMIT }, outage)
  const closed = await Promise.all(fleet.map((member) => many(member, '/closed', outage)))
  for (const { status, headers, body } of closed.flat()) {
    t.deepEqual([status, JSON.parse(body).code], [503, 'UNAVAILABLE'], outage)
    t.regex(headers['retry-after'] ?? '', /^[1-9]\d*$/, outage)
  }
  for (const member of fleet) {
    const local = await many(member, '/local', outage)
    t.deepEqual(statuses(local), { 200: LOCAL_LIMIT, 429: 2 * LIMIT - LOCAL_LIMIT }, outage)
  }
  t.is((await sumOf(fleet, FAILURES)) - before, limited.length + 3 * fleet.length * 2 * LIMIT, outage)
  for (const mode of ['open', 'closed', 'local']) t.true((await first.counter(FAILURES, `mode="${mode}"`)) > 0, `${outage}: ${mode}`)
}

/** Twice the limit at once. */
const many = (member: Member, path: string, client: string): Promise<Answer[]> =>
  Promise.all(Array.from({ length: 2 * LIMIT }, () => member.get(path, client)))

/** Milliseconds until every gateway decides by the store again: `RateLimit` is sent only with a decision. */
async function recovery(fleet: Fleet, name: string): Promise<number> {
  const from = performance.now()
  await Promise.all(
    fleet.map(async (member) => {
      while ((await member.get('/open', name)).headers['ratelimit'] === undefined) await delay(20)
    }),
  )
  return performance.now() - from
}

const OUTAGES: readonly (readonly [string, (redis: RedisServer) => unknown, (redis: RedisServer) => unknown])[] = [
  ['a Redis that was killed', (redis) => redis.kill(), (redis) => redis.start()],
  ['a Redis that is silent', (redis) => redis.pause(), (redis) => redis.resume()],
]

redisTest(
  'own',
  'without the store each limiter does what it was told to, and limits are exact again within 5 s of its return',
  async (t, redis) => {
    t.timeout(240_000)
    const fleet = await startFleet(t, redis)
    for (const [outage, begin, end] of OUTAGES) {
      await holdsExactly(t, fleet, 1, `before ${outage}`)
      await begin(redis)
      await holdsWithoutStore(t, fleet, outage)
      await end(redis)
      const ms = await recovery(fleet, `after ${outage}`)
      t.log(`${outage}: every gateway counts with it again after ${ms.toFixed(0)} ms`)
      t.true(ms < RECOVERY_MS, `${outage}: ${ms} ms`)
      await holdsExactly(t, fleet, 1, `return of ${outage}`)
    }
  },
)
