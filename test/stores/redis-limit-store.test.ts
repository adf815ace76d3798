import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { createClient } from 'redis'
import type { CellRate, LimitStore } from '../../runtime/stores/limit-store.js'
import { createRedisLimitStore } from '../../runtime/stores/redis-limit-store.js'
import { createRedisLink } from '../../runtime/stores/redis-link.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { redisTest } from '../helpers/redis.js'
import type { Defer } from '../helpers/timed-test.js'
import { conformance } from './limit-store-conformance.js'

const HUNDRED: CellRate = { emissionMs: 36_000, burst: 100 }

/** A warm store of its own key space. */
async function storeAt(url: string, defer: Defer, { prefix = `t${Math.random()}`, clock = fakeClock() } = {}): Promise<LimitStore> {
  const link = createRedisLink({ url, clock, log: pino({ level: 'silent' }), count: () => undefined })
  defer(() => link.close())
  const store = createRedisLimitStore(link, prefix)
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
    await run(t, { store, pass: (ms) => delay(ms) })
  })

redisTest('any', 'four clients that race with 400 requests get exactly 100, twenty times in a row', async (t, { url }, defer) => {
  const prefix = `race${Math.random()}`
  const stores = await Promise.all(Array.from({ length: 4 }, () => storeAt(url, defer, { prefix })))
  for (let round = 0; round < 20; round += 1) {
    const takes = Array.from({ length: 100 }, () => stores.map((store) => store.take(`race\0${round}`, HUNDRED))).flat()
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
    const takes = Array.from({ length: 200 }, () => stores.map((store) => store.take(`race\0${round}`, HUNDRED))).flat()
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
    const takes = Array.from({ length: 20 }, () => store.take('flush\0a', HUNDRED))
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
      for (let turn = 0; turn < 3; turn += 1) await store.take(`use.flood\0${caller}`, rate)
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
  await store.take('odd\0a', HUNDRED)
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
      await t.throwsAsync(async () => store.take('odd\0a', HUNDRED), { message: 'Service unavailable' }, title)
    t.true((await store.take('odd\0b', HUNDRED)).admitted, title)
  }
})

redisTest('any', 'a counter that lies far ahead, as after the clock was set back, holds up for one emission', async (t, { url }, defer) => {
  const prefix = `shop${randomInt(1e9)}`
  const store = await storeAt(url, defer, { prefix })
  const client = await admin(url, defer)
  const rate: CellRate = { emissionMs: 40, burst: 3 }
  await store.take('ahead\0a', rate)
  const [key = ''] = await client.keys(`${prefix}:*ahead:*`)
  await client.set(key, String((Date.now() + 3_600_000) * 1_000))
  const refused = await store.take('ahead\0a', rate)
  t.false(refused.admitted)
  t.true(refused.retryMs <= 40)
  t.true((await client.pTTL(key)) <= 120)
  await delay(refused.retryMs)
  t.true((await store.take('ahead\0a', rate)).admitted)
})
