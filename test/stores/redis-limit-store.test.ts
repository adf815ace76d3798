import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { createClient } from 'redis'
import { type Clock, systemClock } from '../../runtime/clock.js'
import { type CellRate, toCell } from '../../runtime/stores/gcra.js'
import type { LimitStore } from '../../runtime/stores/limit-store.js'
import { redisKey } from '../../runtime/stores/redis-key.js'
import { createRedisLimitStore } from '../../runtime/stores/redis-limit-store.js'
import { createRedisLink } from '../../runtime/stores/redis-link.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { redisTest } from '../helpers/redis.js'
import type { Defer } from '../helpers/timed-test.js'
import { conformance } from './limit-store-conformance.js'
import { takeOne } from './take-one.js'

const HUNDRED: CellRate = { emissionMs: 36_000, burst: 100 }

/** A warm store of its own key space. */
async function storeAt(
  url: string,
  defer: Defer,
  { prefix = `t${Math.random()}`, clock = systemClock as Clock } = {},
): Promise<LimitStore> {
  const link = createRedisLink({ url, clock, log: pino({ level: 'silent' }), count: () => undefined })
  defer(() => link.close())
  const store = createRedisLimitStore(link, prefix, clock)
  await store.warm()
  return store
}

async function admin(url: string, defer: Defer) {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  defer(() => client.destroy())
  return client
}

for (const [title, run] of Object.entries(conformance))
  redisTest('any', `in Redis: ${title}`, async (t, { url }, defer) => {
    const store = await storeAt(url, defer)
    await run(t, { store, pass: (ms) => delay(ms + 5) })
  })

redisTest('any', 'four clients that race with 400 requests get exactly 100, twenty times in a row', async (t, { url }, defer) => {
  const prefix = `race${Math.random()}`
  const stores = await Promise.all(Array.from({ length: 4 }, () => storeAt(url, defer, { prefix })))
  for (let round = 0; round < 20; round += 1) {
    const takes = Array.from({ length: 100 }, () => stores.map((store) => takeOne(store, `race\0${round}`, HUNDRED))).flat()
    const decisions = await Promise.all(takes)
    t.is(decisions.filter(({ admitted }) => admitted).length, 100, `round ${round}`)
  }
})

redisTest('any', 'clocks that differ by ten minutes make no difference', async (t, { url }, defer) => {
  const prefix = `clocks${Math.random()}`
  const clocks = [fakeClock(Date.now() - 300_000), fakeClock(Date.now() + 300_000)]
  clocks[1]?.advance(600_000)
  const stores = await Promise.all(clocks.map((clock) => storeAt(url, defer, { prefix, clock })))
  for (let round = 0; round < 20; round += 1) {
    const takes = Array.from({ length: 200 }, () => stores.map((store) => takeOne(store, `race\0${round}`, HUNDRED))).flat()
    const decisions = await Promise.all(takes)
    t.is(decisions.filter(({ admitted }) => admitted).length, 100, `round ${round}`)
    t.true(decisions.every(({ retryMs }) => retryMs <= 36_000))
  }
})

redisTest('any', 'a script that Redis has lost is sent again, and no decision fails', async (t, { url }, defer) => {
  const store = await storeAt(url, defer)
  const client = await admin(url, defer)
  let admitted = 0
  for (let round = 0; round < 10; round += 1) {
    const takes = Array.from({ length: 20 }, () => takeOne(store, 'flush\0a', HUNDRED))
    const [decisions] = await Promise.all([Promise.all(takes), client.scriptFlush()])
    admitted += decisions.filter((decision) => decision.admitted).length
  }
  t.is(admitted, 100)
})

redisTest(
  'any',
  'every key starts with the prefix, has one hash tag, tells its counter, and expires when its backlog is gone',
  async (t, { url }, defer) => {
    const prefix = `shop${randomInt(1e9)}`
    const store = await storeAt(url, defer, { prefix })
    const client = await admin(url, defer)
    const rate: CellRate = { emissionMs: 1_000, burst: 50 }
    for (const caller of ['a', '{b}', 'c\0', 'd'.repeat(8_192)])
      for (let turn = 0; turn < 3; turn += 1) await takeOne(store, `use.flood\0${caller}`, rate)
    const keys = (await client.keys(`${prefix}:*use.flood*`)).sort()
    t.is(keys.length, 4)
    for (const key of keys) {
      t.regex(key, /^shop\d+:\{use\.flood:[\w-]{22}\}$/)
      const ttl = await client.pTTL(key)
      t.true(ttl > 1_000 && ttl <= 3_000, `${ttl}`)
      t.regex((await client.get(key)) ?? '', /^\d{16}$/)
    }
    await delay(50)
    for (const key of await client.keys(`${prefix}:*`)) t.true((await client.pTTL(key)) > 0, `${key} never expires`)
  },
)

redisTest('any', 'something else under the key is a failure for that key and for no other', async (t, { url }, defer) => {
  const prefix = `shop${randomInt(1e9)}`
  const store = await storeAt(url, defer, { prefix })
  const client = await admin(url, defer)
  await takeOne(store, 'odd\0a', HUNDRED)
  const [key = ''] = await client.keys(`${prefix}:*odd:*`)
  const junk: Record<string, () => Promise<unknown>> = {
    hash: () => client.hSet(key, 'a', '1'),
    text: () => client.set(key, 'soon'),
    nan: () => client.set(key, 'nan'),
    negative: () => client.set(key, '-5'),
    exponent: () => client.set(key, '1e300'),
    empty: () => client.set(key, ''),
  }
  for (const [title, put] of Object.entries(junk)) {
    await client.del(key)
    await put()
    for (let turn = 0; turn < 6; turn += 1)
      await t.throwsAsync(async () => takeOne(store, 'odd\0a', HUNDRED), { message: 'Service unavailable' }, title)
    t.true((await takeOne(store, 'odd\0b', HUNDRED)).admitted, title)
  }
})

redisTest('any', 'a counter that lies far ahead, as after the clock was set back, holds up for one emission', async (t, { url }, defer) => {
  const prefix = `shop${randomInt(1e9)}`
  const store = await storeAt(url, defer, { prefix })
  const client = await admin(url, defer)
  const rate: CellRate = { emissionMs: 40, burst: 3 }
  await takeOne(store, 'ahead\0a', rate)
  const [key = ''] = await client.keys(`${prefix}:*ahead:*`)
  await client.set(key, String((Date.now() + 3_600_000) * 1_000))
  const refused = await takeOne(store, 'ahead\0a', rate)
  t.false(refused.admitted)
  t.true(refused.retryMs <= 40)
  t.true((await client.pTTL(key)) <= 120)
  await delay(refused.retryMs)
  t.true((await takeOne(store, 'ahead\0a', rate)).admitted)
})

/** How often Redis ran a script. */
async function runs(client: Awaited<ReturnType<typeof admin>>): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

const MINUTELY = [toCell({ emissionMs: 60_000, burst: 2 })]

redisTest(
  'own',
  'a caller that is refused costs no command until it may be admitted, and not a moment longer',
  async (t, { url }, defer) => {
    const clock = fakeClock()
    const store = await storeAt(url, defer, { clock })
    const client = await admin(url, defer)
    const admits = async (cost = 1) => (await store.take('denied\0a', MINUTELY, cost))[0]?.admitted
    t.true(await admits(2))
    t.false(await admits())
    const before = await runs(client)
    for (let turn = 0; turn < 1_000; turn += 1) t.false(await admits())
    t.is(await runs(client), before)
    t.true(await admits(0))
    t.is(await runs(client), before + 1)
    clock.advance(59_000)
    const [refused] = await store.take('denied\0a', MINUTELY, 1)
    t.true(refused !== undefined && refused.retryMs > 900 && refused.retryMs <= 1_000)
    t.is(await runs(client), before + 1)
    clock.advance(1_000)
    await admits()
    t.is(await runs(client), before + 2)
  },
)

redisTest('own', 'a refusal that is remembered still knows what would cost less, and other callers', async (t, { url }, defer) => {
  const store = await storeAt(url, defer)
  const windows = [toCell({ emissionMs: 3_600_000, burst: 5 })]
  const admits = async (key: string, cost: number) => (await store.take(key, windows, cost))[0]?.admitted
  t.true(await admits('less\0a', 3))
  t.false(await admits('less\0a', 3))
  t.true(await admits('less\0b', 3))
  t.true(await admits('less\0a', 2))
  t.false(await admits('less\0a', 1))
})

redisTest('own', 'a refund by another process is seen no later than the refusal said', async (t, { url }, defer) => {
  const [one, two] = [await storeAt(url, defer, { prefix: 'refund' }), await storeAt(url, defer, { prefix: 'refund' })]
  const windows = [toCell({ emissionMs: 300, burst: 2 })]
  t.true((await one.take('a', windows, 2))[0]?.admitted)
  const [refused] = await one.take('a', windows, 1)
  t.false(refused?.admitted)
  await two.settle('a', windows, 2, 0)
  t.true((await two.take('a', windows, 2))[0]?.admitted)
  await delay(refused?.retryMs ?? 0)
  await one.take('a', windows, 1)
  await two.settle('a', windows, 2, 0)
  await delay(300)
  t.true((await one.take('a', windows, 1))[0]?.admitted)
})

redisTest(
  'own',
  'a quota counts in the window of Redis, whatever the gateways take it to be, and expires with it',
  async (t, { url }, defer) => {
    const prefix = 'quota'
    const [one, two] = [await storeAt(url, defer, { prefix }), await storeAt(url, defer, { prefix })]
    const client = await admin(url, defer)
    const hour = 3_600_000
    const start = Date.now() - 60_000
    const boundsFrom = (from: number) => [from - hour, from, from + hour, from + 2 * hour] as const
    const early = boundsFrom(start - hour)
    t.is((await one.spend('a', 2, boundsFrom(start), 1)).remaining, 1)
    const seen = await two.spend('a', 2, early, 1)
    t.deepEqual([seen.admitted, seen.remaining, seen.window], [true, 0, start])
    t.false((await two.spend('a', 2, boundsFrom(start + hour), 1)).admitted)
    t.is((await one.spend('c', 2, boundsFrom(start), 2)).remaining, 0)
    t.is((await one.spend('c', 2, boundsFrom(start + 30_000), 1)).remaining, 1)
    const [key = ''] = (await client.keys(`${prefix}:*`)).filter((name) => name === redisKey(prefix, 'a'))
    const ttl = await client.pTTL(key)
    t.true(ttl > 3_400_000 && ttl <= hour - 50_000, `${ttl}`)
    await t.throwsAsync(async () => one.spend('b', 2, boundsFrom(start + 9 * hour), 1), { message: 'Service unavailable' })
    await client.set(key, 'junk')
    await t.throwsAsync(async () => one.spend('a', 2, boundsFrom(start), 1), { message: 'Service unavailable' })
  },
)

redisTest('own', 'ten thousand callers leave no key without a time to live', async (t, { url }, defer) => {
  const store = await storeAt(url, defer, { prefix: 'many' })
  const client = await admin(url, defer)
  for (let index = 0; index < 10_000; index += 200) {
    const takes = Array.from({ length: 200 }, async (_, offset) => store.take(`many\0${index + offset}`, MINUTELY, 1))
    await Promise.allSettled(takes)
  }
  const keys = await client.keys('many:*')
  t.true(keys.length > 5_000, `${keys.length}`)
  const ttls = await Promise.all(keys.map((key) => client.pTTL(key)))
  t.true(ttls.every((ttl) => ttl !== -1 && ttl <= 60_000))
})
