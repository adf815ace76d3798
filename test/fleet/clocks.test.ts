import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { createClient } from 'redis'
import { type RedisServer, redisTest } from '../helpers/redis.js'
import { admitsExactly, type ClockMember, startClockFleet } from './clocks-fleet.js'
import { carriesOutOnce, sharesFreshness, sharesResponses, sharesRevocations, sharesSlots, startService } from './shared-service.js'

async function startAll(t: ExecutionContext, redis: RedisServer) {
  t.timeout(600_000)
  const service = await startService(t)
  return { service, fleet: await startClockFleet(t, service.url, { url: redis.url, prefix: 'clocks' }) }
}

redisTest('own', 'three gateways whose clocks are five minutes apart, one from the next, are one over Redis', async (t, redis) => {
  const { fleet, service } = await startAll(t, redis)
  const client = await admitsExactly(t, fleet, '/windows', [60, 150])
  for (const member of fleet) {
    const { status, headers } = await member.decide('/windows', client)
    t.is(status, 429)
    // All of the windows, or none: what the day refused took nothing of the hour.
    t.regex(headers['ratelimit'] ?? '', /r=30;t=\d+, .*r=0;t=\d+/)
  }
  await admitsExactly(t, fleet, '/quota', [40, 90])
  await sharesSlots(t, fleet, service)
  await carriesOutOnce(t, fleet, service, 'k1')
  await sharesResponses(t, fleet)
  await sharesFreshness(t, fleet)
  await sharesRevocations(t, fleet)
})

redisTest('own', 'while its scripts are flushed all the time, limits of three gateways are as exact as ever', async (t, redis, defer) => {
  const { fleet, service } = await startAll(t, redis)
  const admin = await createClient({ url: redis.url }).connect()
  defer(() => admin.destroy())
  let [flushes, over] = [0, false]
  const flushing = (async () => {
    for (; !over; flushes += 1) {
      await admin.scriptFlush()
      await delay(5)
    }
  })()
  // A try that failed closes the client under it.
  flushing.catch(() => undefined)
  for (let round = 0; round < 3; round += 1) {
    await admitsExactly(t, fleet, '/windows', [60, 150])
    await admitsExactly(t, fleet, '/quota', [40, 90])
  }
  await sharesSlots(t, fleet, service)
  await carriesOutOnce(t, fleet, service, 'k2')
  over = true
  await flushing
  t.log(`${flushes} flushes`)
  t.true(flushes > 3)
})

redisTest('own', 'three gateways together admit no more than burst + rate·t, and refuse nobody who keeps to the rate', async (t, redis) => {
  const { fleet } = await startAll(t, redis)
  const from = performance.now()
  const seconds = () => (performance.now() - from) / 1_000
  let [admitted, undecided] = [0, 0]
  const asking = Array.from({ length: 9 }, async (_, index) => {
    while (seconds() < 2) {
      const { status } = await (fleet[index % 3] as ClockMember).send('/steady', 'greedy')
      if (status === 200) admitted += 1
      else if (status === 503) undecided += 1
    }
  })
  await Promise.all(asking)
  const took = seconds()
  t.log(`${admitted} admitted and ${undecided} undecided in ${took.toFixed(2)} s`)
  t.true(admitted <= 20 + 50 * took)
  // The burst at least, or the machine did not get to ask.
  t.true(admitted + undecided >= 20)
  for (let turn = 0; turn < 40; turn += 1) {
    const { status } = await (fleet[turn % 3] as ClockMember).send('/steady', 'modest')
    t.true(status === 200 || status === 503, `request ${turn}: ${status}`)
    await delay(21)
  }
})
