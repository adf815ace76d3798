import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { pino } from 'pino'
import { createClient } from 'redis'
import { systemClock } from '../../runtime/clock.js'
import type { Lease, LeaseStore } from '../../runtime/stores/lease-store.js'
import { redisKey } from '../../runtime/stores/redis-key.js'
import { createRedisLeaseStore } from '../../runtime/stores/redis-lease-store.js'
import { createRedisLink, type RedisLink } from '../../runtime/stores/redis-link.js'
import { StoreFailure } from '../../runtime/stores/store-failure.js'
import { redisTest } from '../helpers/redis.js'
import type { Defer } from '../helpers/timed-test.js'

/** A store as one process has it. */
interface Process {
  readonly store: LeaseStore
  readonly link: RedisLink
  readonly counts: string[]
  /** Ends it without a word to Redis. */
  crash(): Promise<void>
  /** Resolves when everything that was sent so far has been done. */
  settled(): Promise<unknown>
}

async function openProcess(url: string, prefix: string, defer: Defer, leaseMs?: number): Promise<Process> {
  const counts: string[] = []
  const log = pino({ level: 'silent' })
  const link = createRedisLink({ url, clock: systemClock, log, count: (name, { reason }) => counts.push(`${name} ${reason}`) })
  const store = createRedisLeaseStore(link, prefix, leaseMs)
  const crash = async () => {
    await store.close()
    await link.close()
  }
  defer(crash)
  await link.whenUsable()
  return { store, link, counts, crash, settled: () => link.send(['EXISTS', 'settled']) }
}

async function openAdmin(url: string, defer: Defer) {
  const admin = createClient({ url })
  admin.on('error', () => undefined)
  await admin.connect()
  defer(() => admin.destroy())
  return admin
}

const somePrefix = () => `l${Math.random()}`
/** Takes as many as there are, one after the other. */
async function takeAll(store: LeaseStore, key: string, limit: number): Promise<Lease[]> {
  const taken: Lease[] = []
  for (let lease = await store.take(key, limit); lease; lease = await store.take(key, limit)) taken.push(lease)
  return taken
}

redisTest('any', 'slots are shared, counted by key, and free again when given back, however often', async (t, { url }, defer) => {
  const prefix = somePrefix()
  const [one, two] = [await openProcess(url, prefix, defer), await openProcess(url, prefix, defer)]
  const lease = await one.store.take('a\0x', 2)
  t.truthy(await two.store.take('a\0x', 2))
  t.is(await one.store.take('a\0x', 2), undefined)
  t.is(await two.store.take('a\0x', 2), undefined)
  t.truthy(await two.store.take('a\0y', 1))
  lease?.release()
  lease?.release()
  await one.settled()
  t.truthy(await two.store.take('a\0x', 2))
  t.is(await two.store.take('a\0x', 2), undefined)
})

redisTest(
  'any',
  'a key is one sorted set with the prefix and one hash tag, gone with its last slot, and expires',
  async (t, { url }, defer) => {
    const prefix = somePrefix()
    const { store, settled } = await openProcess(url, prefix, defer, 5_000)
    const admin = await openAdmin(url, defer)
    const leases = await takeAll(store, 'a\0{x}\r\n', 3)
    t.is(leases.length, 3)
    const name = redisKey(prefix, 'a\0{x}\r\n')
    t.deepEqual(await admin.keys(`${prefix}:*`), [name])
    t.is(await admin.zCard(name), 3)
    const ttl = await admin.pTTL(name)
    t.true(ttl > 0 && ttl <= 5_000, `${ttl}`)
    for (const lease of leases) lease.release()
    await settled()
    t.deepEqual(await admin.keys(`${prefix}:*`), [])
  },
)

redisTest('any', 'a slot is kept up for as long as its process lives, and free a lease time after it died', async (t, { url }, defer) => {
  const prefix = somePrefix()
  const leaseMs = 1_500
  const [dying, living] = [await openProcess(url, prefix, defer, leaseMs), await openProcess(url, prefix, defer, leaseMs)]
  t.truthy(await dying.store.take('a\0x', 2))
  t.truthy(await living.store.take('a\0x', 2))
  const until = performance.now() + 2 * leaseMs
  while (performance.now() < until) {
    t.is(await living.store.take('a\0x', 2), undefined)
    await delay(50)
  }
  const died = performance.now()
  await dying.crash()
  t.is(await living.store.take('a\0x', 2), undefined, 'nobody knows yet')
  let freed: Lease | undefined
  while (!freed && performance.now() < died + 10 * leaseMs) {
    await delay(20)
    freed = await living.store.take('a\0x', 2)
  }
  const waited = performance.now() - died
  t.truthy(freed)
  t.true(waited > leaseMs / 2 && waited < 2 * leaseMs, `${waited} ms`)
  t.is(await living.store.take('a\0x', 2), undefined, 'the living one keeps its slot')
})

redisTest('own', 'slots that Redis lost are there again after a heartbeat', async (t, redis, defer) => {
  const { store, link } = await openProcess(redis.url, 'l', defer, 900)
  t.is((await takeAll(store, 'a\0x', 2)).length, 2)
  await redis.kill()
  await redis.start()
  const admin = await openAdmin(redis.url, defer)
  while ((await admin.zCard(redisKey('l', 'a\0x'))) < 2) await delay(20)
  await link.whenUsable()
  t.is(await store.take('a\0x', 2), undefined)
})

redisTest('own', 'a take that got no reply leaves no slot taken', async (t, redis, defer) => {
  const { store, link, counts } = await openProcess(redis.url, 'l', defer, 60_000)
  redis.pause()
  const failure = await t.throwsAsync(store.take('a\0x', 2), { instanceOf: StoreFailure })
  t.is((failure as StoreFailure).reason, 'timeout')
  t.true(counts.includes('gatewright_lease_store_errors_total timeout'))
  redis.resume()
  await link.whenUsable()
  t.is((await takeAll(store, 'a\0x', 2)).length, 2)
})

redisTest('own', 'a slot that could not be given back is given back with a later heartbeat', async (t, redis, defer) => {
  const leaseMs = 9_000
  const { store, link } = await openProcess(redis.url, 'l', defer, leaseMs)
  const lease = await store.take('a\0x', 1)
  redis.pause()
  const reasons = new Set<string>()
  while (!reasons.has('paused')) await store.take('a\0y', 1).catch((failure: StoreFailure) => reasons.add(failure.reason))
  lease?.release()
  redis.resume()
  const resumed = performance.now()
  await link.whenUsable()
  while (!(await store.take('a\0x', 1))) await delay(50)
  t.true(performance.now() - resumed < leaseMs - 1_000)
})

redisTest('any', 'a key that holds something else is a failure, not an admission', async (t, { url }, defer) => {
  const prefix = somePrefix()
  const { store } = await openProcess(url, prefix, defer)
  const admin = await openAdmin(url, defer)
  await admin.set(redisKey(prefix, 'a\0x'), 'text', { PX: 5_000 })
  t.is(((await t.throwsAsync(store.take('a\0x', 2))) as StoreFailure).reason, 'reply')
})

type Action =
  | { readonly kind: 'take'; readonly by: 0 | 1; readonly key: string; readonly times: number }
  | { readonly kind: 'release'; readonly pick: number }
  | { readonly kind: 'forget scripts' }

const someone = fc.constantFrom(0 as const, 1 as const)
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('take'), by: someone, key: fc.constantFrom('x', 'y'), times: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('release'), pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget scripts') }) },
)

redisTest(
  'any',
  'leases are never lost nor leaked, whatever two processes take and give back, at once or in turn',
  async (t, { url }, defer) => {
    const prefix = somePrefix()
    const processes = [await openProcess(url, prefix, defer, 3_000), await openProcess(url, prefix, defer, 3_000)] as const
    const admin = await openAdmin(url, defer)
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 40 }), async (limit, actions) => {
        const name = (key: string) => `run${run}\0${key}`
        run += 1
        const held: { by: 0 | 1; key: string; lease: Lease }[] = []
        const holding = (key: string) => held.filter((one) => one.key === key).length
        for (const one of actions) {
          if (one.kind === 'take') {
            const { by, key, times } = one
            const before = holding(key)
            const taken = await Promise.all(Array.from({ length: times }, () => processes[by].store.take(name(key), limit)))
            for (const lease of taken) if (lease) held.push({ by, key, lease })
            t.is(holding(key), Math.min(limit, before + times))
          } else if (one.kind === 'release' && held.length > 0) {
            const [gone] = held.splice(one.pick % held.length, 1)
            gone?.lease.release()
            await processes[gone?.by ?? 0].settled()
          } else if (one.kind === 'forget scripts') await admin.sendCommand(['SCRIPT', 'FLUSH'])
          for (const key of ['x', 'y']) t.is(await admin.zCard(redisKey(prefix, name(key))), holding(key))
        }
        for (const { lease } of held) lease.release()
        await Promise.all(processes.map((process) => process.settled()))
        t.deepEqual(await admin.keys(`${prefix}:*`), [])
      }),
      { numRuns: 60 },
    )
  },
)
