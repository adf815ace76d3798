import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { pino } from 'pino'
import { systemClock } from '../../runtime/clock.js'
import type { CellRate } from '../../runtime/stores/gcra.js'
import type { LimitStore } from '../../runtime/stores/limit-store.js'
import { createRedisLimitStore } from '../../runtime/stores/redis-limit-store.js'
import { createRedisLink } from '../../runtime/stores/redis-link.js'
import { StoreFailure } from '../../runtime/stores/store-failure.js'
import { freePort } from '../helpers/free-ports.js'
import { redisTest } from '../helpers/redis.js'
import { type Defer, timedTest } from '../helpers/timed-test.js'
import { takeOne } from './take-one.js'
import { openEcho, openPath } from './tcp-servers.js'

const RATE: CellRate = { emissionMs: 1, burst: 1_000 }

/** A store with what it logged and counted. */
function observed(url: string, defer: Defer, clock = systemClock) {
  const lines: { msg: string; reason?: string; failures?: number }[] = []
  const counts: Record<string, number> = {}
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const count = (name: string, { reason = '' }: Readonly<Record<string, string>>) => {
    counts[`${name} ${reason}`] = (counts[`${name} ${reason}`] ?? 0) + 1
  }
  const link = createRedisLink({ url, clock, log, count })
  defer(() => link.close())
  return { store: createRedisLimitStore(link, `f${Math.random()}`, clock), link, lines, counts }
}

interface Timed {
  readonly ok: boolean
  readonly ms: number
}

async function timed(store: LimitStore, key = 'a'): Promise<Timed> {
  const from = performance.now()
  return Promise.resolve(takeOne(store, `f\0${key}`, RATE)).then(
    () => ({ ok: true, ms: performance.now() - from }),
    () => ({ ok: false, ms: performance.now() - from }),
  )
}

/** Asks again and again until it is answered; resolves to how long that took. */
async function recovery(t: ExecutionContext, store: LimitStore): Promise<void> {
  const from = performance.now()
  while (!(await timed(store)).ok) {
    if (performance.now() - from > 10_000) return t.fail('no recovery within 10 s')
    await delay(20)
  }
  const took = performance.now() - from
  t.log(`recovered after ${Math.round(took)} ms`)
  t.true(took <= 5_000, `${took} ms`)
}

const median = (all: readonly Timed[]): number => all.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

redisTest('own', 'a Redis that is killed fails requests at once, and serves them within 5 s of its return', async (t, redis, defer) => {
  const { store, counts } = observed(redis.url, defer)
  await store.warm()
  t.true((await timed(store)).ok)
  await redis.kill()
  const dead: Timed[] = []
  for (let turn = 0; turn < 50; turn += 1) dead.push(await timed(store))
  t.true(dead.every(({ ok }) => !ok))
  t.true(median(dead) < 5, `${median(dead)} ms`)
  t.true((counts['gatewright_limit_store_errors_total offline'] ?? 0) >= 45)
  await redis.start()
  await recovery(t, store)
})

redisTest('own', 'a Redis that is frozen costs the budget five times, then nothing, and is back within 5 s', async (t, redis, defer) => {
  const { store, counts } = observed(redis.url, defer)
  await store.warm()
  redis.pause()
  const slow: Timed[] = []
  for (let turn = 0; turn < 5; turn += 1) slow.push(await timed(store))
  t.log(`budget: ${slow.map(({ ms }) => ms.toFixed(1)).join(' ')} ms`)
  t.true(slow.every(({ ok }) => !ok))
  t.true(slow.every(({ ms }) => ms >= 12 || ms < 1))
  t.true(median(slow) <= 400, `${median(slow)} ms`)
  const paused: Timed[] = []
  for (let turn = 0; turn < 50; turn += 1) paused.push(await timed(store))
  t.true(paused.every(({ ok }) => !ok))
  t.true(median(paused) < 2, `${median(paused)} ms`)
  t.true((counts['gatewright_limit_store_errors_total timeout'] ?? 0) >= 4)
  t.true((counts['gatewright_limit_store_errors_total paused'] ?? 0) >= 45)
  await delay(1_500)
  t.false((await timed(store)).ok)
  redis.resume()
  await recovery(t, store)
})

redisTest('own', 'a path that swallows packets is given up for another within 5 s', async (t, redis, defer) => {
  const path = await openPath(redis.port)
  defer(() => path.close())
  const { store } = observed(path.url, defer)
  await store.warm()
  t.true((await timed(store)).ok)
  path.swallow()
  t.false((await timed(store)).ok)
  await recovery(t, store)
  t.true(path.accepted >= 2)
})

redisTest('own', 'a Redis whose replies take half a second is not waited for, and late replies do no harm', async (t, redis, defer) => {
  const path = await openPath(redis.port)
  defer(() => path.close())
  const { store } = observed(path.url, defer)
  await store.warm()
  path.delayMs = 500
  const slow: Timed[] = []
  for (let turn = 0; turn < 30; turn += 1) slow.push(await timed(store))
  t.true(slow.every(({ ok }) => !ok))
  await delay(700)
  t.false((await timed(store)).ok)
  path.delayMs = 0
  await recovery(t, store)
  t.is(path.accepted, 1)
})

redisTest('own', 'a store that starts before Redis does boots in 2 s, and finds it within 5 s of its start', async (t, redis, defer) => {
  await redis.kill()
  const { store } = observed(redis.url, defer)
  const from = performance.now()
  await store.warm()
  t.true(performance.now() - from < 3_000)
  t.false((await timed(store)).ok)
  await redis.start()
  await recovery(t, store)
})

redisTest('own', 'a Redis that is frozen while the store boots does not hold it up for more than 2 s', async (t, redis, defer) => {
  redis.pause()
  const { store } = observed(redis.url, defer)
  const from = performance.now()
  await store.warm()
  t.true(performance.now() - from < 3_000)
  const first = await timed(store)
  t.false(first.ok)
  t.true(first.ms < 10, `${first.ms} ms`)
  await delay(2_000)
  redis.resume()
  await recovery(t, store)
})

redisTest('own', 'failures are logged once per ten seconds, with their number', async (t, redis, defer) => {
  let now = 0
  const { store, lines } = observed(redis.url, defer, { now: () => now, wall: () => now })
  await store.warm()
  await redis.kill()
  for (let turn = 0; turn < 100; turn += 1) await timed(store)
  t.is(lines.length, 1)
  now = 9_999
  for (let turn = 0; turn < 10; turn += 1) await timed(store)
  t.is(lines.length, 1)
  now = 10_001
  await timed(store)
  t.is(lines.length, 2)
  t.true((lines[1]?.failures ?? 0) >= 110)
  await redis.start()
  await recovery(t, store)
  t.is(lines.at(-1)?.msg, 'the shared store answers again')
})

redisTest('own', 'a wrong password is a failure, not a crash', async (t, redis, defer) => {
  const { store, counts } = observed(redis.url.replace('//', '//user:wrong@'), defer)
  await store.warm()
  t.false((await timed(store)).ok)
  t.deepEqual(Object.keys(counts), ['gatewright_limit_store_errors_total offline'])
})

const UNFIT = {
  'no array': ':1\r\n',
  'a bulk string': '$3\r\n100\r\n',
  nothing: '*-1\r\n',
  'an empty array': '*0\r\n',
  'one element': '*1\r\n:1\r\n',
  'three elements': '*3\r\n:1\r\n:1\r\n:1\r\n',
  'text for numbers': '*2\r\n$1\r\n1\r\n$1\r\n1\r\n',
  'neither 0 nor 1': '*2\r\n:2\r\n:1\r\n',
  'a negative backlog': '*2\r\n:1\r\n:-1\r\n',
  'a backlog beyond the capacity': '*2\r\n:1\r\n:1000001\r\n',
  'a missing backlog': '*2\r\n:1\r\n$-1\r\n',
  'an error': '-OOM command not allowed when used memory > maxmemory\r\n',
  'an error inside': '*2\r\n:1\r\n-ERR no\r\n',
}

timedTest('a reply that is not a whole decision is a failure, and never a number out of nowhere', async (t, defer) => {
  const answer = { reply: '*2\r\n:1\r\n:1000\r\n' }
  const server = await openEcho(answer)
  defer(() => server.close())
  const { store } = observed(server.url, defer)
  await store.warm()
  t.deepEqual(await takeOne(store, 'a', RATE), { admitted: true, remaining: 999, resetMs: 1, retryMs: 0 })
  for (const [title, reply] of Object.entries(UNFIT)) {
    answer.reply = reply
    for (let turn = 0; turn < 6; turn += 1) {
      const failure = await t.throwsAsync(async () => takeOne(store, 'a', RATE), { instanceOf: StoreFailure }, title)
      t.is(failure?.reason, 'reply', title)
    }
  }
  answer.reply = '*2\r\n:0\r\n:1000000\r\n'
  t.deepEqual(await takeOne(store, 'a', RATE), { admitted: false, remaining: 0, resetMs: 1_000, retryMs: 1 })
})

timedTest('a server that speaks no Redis is a failure, not a crash', async (t, defer) => {
  const server = await openEcho({ reply: 'HTTP/1.1 400 Bad Request\r\n\r\n' })
  defer(() => server.close())
  const { store } = observed(server.url, defer)
  await store.warm()
  t.false((await timed(store)).ok)
})

timedTest('an address without a server or out of range is a failure, and closing waits for nothing', async (t, defer) => {
  for (const url of [`redis://127.0.0.1:${await freePort()}`, 'redis://:sesame@127.0.0.1:99999', 'redis://:sesame@no.such.host.invalid']) {
    const { store, link, lines } = observed(url, defer)
    await store.warm()
    t.false((await timed(store)).ok)
    t.is(lines.length, 1, url)
    t.false(JSON.stringify(lines).includes('sesame'))
    const from = performance.now()
    await link.close()
    t.true(performance.now() - from < 500)
    t.false((await timed(store)).ok)
  }
})
