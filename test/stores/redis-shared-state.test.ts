import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { createClient } from 'redis'
import { systemClock } from '../../runtime/clock.js'
import { createRedisLink } from '../../runtime/stores/redis-link.js'
import { createRedisSharedState } from '../../runtime/stores/redis-shared-state.js'
import { StoreFailure } from '../../runtime/stores/store-failure.js'
import { redisTest } from '../helpers/redis.js'
import { type Defer, timedTest } from '../helpers/timed-test.js'
import { conformance } from './shared-state-conformance.js'
import { openEcho } from './tcp-servers.js'

/** A state on a link of its own, with what it counted and logged. */
function stateAt(url: string, prefix: string, defer: Defer) {
  const counts: string[] = []
  const lines: { msg: string }[] = []
  const link = createRedisLink({
    url,
    clock: systemClock,
    log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) }),
    count: (name, labels) => counts.push(`${name} ${labels['reason']}`),
  })
  defer(() => link.close())
  return { state: createRedisSharedState(link, prefix), link, counts, lines }
}

for (const [title, run] of Object.entries(conformance))
  redisTest('any', `in Redis: ${title}`, async (t, { url }, defer) => {
    const prefix = `s${Math.random()}`
    const [one, two] = [stateAt(url, prefix, defer), stateAt(url, prefix, defer)]
    await Promise.all([one.link.whenUsable(), two.link.whenUsable()])
    await run(t, { state: one.state, other: two.state, pass: (ms) => delay(ms) })
  })

redisTest('any', 'every key starts with the prefix, has one hash tag and expires', async (t, { url }, defer) => {
  const prefix = `s${Math.random()}`
  const { state, link } = stateAt(url, prefix, defer)
  await link.whenUsable()
  await state.set('replay\0{a}', '1', 5_000)
  await state.setIfAbsent('replay\0b', '1', 5_000)
  await state.set('replay\0c', '1', 60_000)
  await state.replace('replay\0c', '1', '2', 5_000)
  const admin = createClient({ url })
  await admin.connect()
  defer(() => admin.destroy())
  const keys = await admin.keys(`${prefix}:*`)
  t.is(keys.length, 3)
  for (const key of keys) {
    t.regex(key, /^s0\.\d+:\{replay:[\w-]{22}\}$/)
    const ttl = await admin.pTTL(key)
    t.true(ttl > 0 && ttl <= 5_000, `${key}: ${ttl}`)
  }
})

redisTest('own', 'a Redis that is down fails everything at once, and is found again, with its channels', async (t, redis, defer) => {
  const { state, link, counts } = stateAt(redis.url, 's', defer)
  const heard: string[] = []
  state.subscribe('news', (message) => heard.push(message))
  await link.whenUsable()
  await redis.kill()
  await t.throwsAsync(state.get('a'), { instanceOf: StoreFailure })
  const from = performance.now()
  for (let turn = 0; turn < 20; turn += 1) await t.throwsAsync(state.set('a', '1', 1_000), { instanceOf: StoreFailure })
  t.true(performance.now() - from < 1_000)
  t.true(counts.includes('gatewright_shared_state_errors_total offline'))
  await redis.start()
  for (let turn = 0; turn < 500 && heard.length === 0; turn += 1) {
    await delay(20)
    await state.publish('news', 'back').catch(() => undefined)
  }
  t.is(heard[0], 'back')
})

redisTest('own', 'a listener that throws is logged and ends nothing', async (t, redis, defer) => {
  const { state, link, lines } = stateAt(redis.url, 's', defer)
  const heard: string[] = []
  state.subscribe('news', () => {
    throw new Error('listener')
  })
  state.subscribe('news', (message) => heard.push(message))
  await link.whenUsable()
  for (let turn = 0; turn < 500 && heard.length === 0; turn += 1) {
    await state.publish('news', 'a')
    await delay(20)
  }
  t.is(heard[0], 'a')
  t.is(lines[0]?.msg, 'a listener of a channel failed')
})

timedTest('a reply of another kind is a failure', async (t, defer) => {
  const answer = { reply: '+PONG\r\n' }
  const server = await openEcho(answer)
  defer(() => server.close())
  const { state, link, counts } = stateAt(server.url, 's', defer)
  await link.whenUsable()
  answer.reply = ':7\r\n'
  await t.throwsAsync(state.get('a'), { instanceOf: StoreFailure })
  await t.throwsAsync(state.set('a', '1', 1_000), { instanceOf: StoreFailure })
  await t.throwsAsync(state.replace('a', '1', '2', 1_000), { instanceOf: StoreFailure })
  answer.reply = '-OOM command not allowed when used memory > maxmemory\r\n'
  await t.throwsAsync(state.setIfAbsent('a', '1', 1_000), { instanceOf: StoreFailure })
  t.deepEqual(new Set(counts), new Set(['gatewright_shared_state_errors_total reply']))
})
