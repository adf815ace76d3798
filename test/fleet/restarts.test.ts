import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { createClient } from 'redis'
import { type RedisServer, redisTest, startRedis } from '../helpers/redis.js'
import { isBusy } from '../helpers/timed-test.js'
import { admitsExactly, type ClockFleet, type ClockMember, startClockFleet, waitFor } from './clocks-fleet.js'
import { carriesOutOnce, letGo, type SharedService, startService } from './shared-service.js'

interface Stage {
  readonly fleet: ClockFleet
  readonly service: SharedService
  readonly redis: RedisServer
}

async function startStage(t: ExecutionContext, redis: RedisServer): Promise<Stage> {
  t.timeout(600_000)
  const service = await startService(t)
  return { service, redis, fleet: await startClockFleet(t, service.url, { url: redis.url, prefix: 'restarts' }) }
}

/** Clients that ask all of a fleet, one after the other, until told to stop. */
function ask(fleet: ClockFleet, path: string) {
  const counts: Record<number, number> = { 200: 0, 429: 0, 503: 0 }
  let over = false
  const asking = fleet.map(async ({ send }: ClockMember) => {
    while (!over) {
      const { status } = await send(path, 'steady')
      counts[status] = (counts[status] ?? 0) + 1
      await delay(10)
    }
  })
  const all = Promise.all(asking)
  // A try that failed ends the fleet under those who still ask, and nobody waits for them.
  all.catch(() => undefined)
  const stop = async () => {
    over = true
    await all
  }
  return { counts: counts as Record<200 | 429 | 503, number>, stop }
}

/** Ends Redis while it is asked, has everything refused, and starts it again. */
async function restart(t: ExecutionContext, { fleet, redis }: Stage) {
  const [windows, quota] = [ask(fleet, '/windows'), ask(fleet, '/quota')]
  await waitFor('some to be admitted', () => windows.counts[200] >= 10 && quota.counts[200] >= 10)
  await redis.kill()
  const refused = [windows.counts[503], quota.counts[503]] as const
  await waitFor('requests to be refused without Redis', () =>
    [windows, quota].every(({ counts }, index) => counts[503] >= (refused[index] as number) + 5),
  )
  const before = [windows.counts[200], quota.counts[200]] as const
  await redis.start()
  const took = await waitFor('limits to be decided again', () => windows.counts[429] > 0 && quota.counts[429] > 0)
  t.log(`used up ${took.toFixed(0)} ms after Redis came back`)
  await Promise.all([windows.stop(), quota.stop()])
  for (const { counts } of [windows, quota]) t.deepEqual(Object.keys(counts), ['200', '429', '503'])
  return { windows: windows.counts[200], quota: quota.counts[200], before }
}

redisTest('own', 'a Redis that comes back empty counts anew, and no more than that is admitted', async (t, redis, defer) => {
  const stage = await startStage(t, redis)
  const { fleet, service } = stage
  await carriesOutOnce(t, fleet, service, 'k1')
  service.holds = true
  const holding = [fleet[0], fleet[2]].map((member) => member?.decide('/slots', 'ann'))
  // A try that failed ends the fleet under them.
  for (const held of holding) held?.catch(() => undefined)
  await waitFor('two slots to be held', () => service.held.length === 2)

  const { windows, quota, before } = await restart(t, stage)
  // Each of the three may have had one under way, admitted and not yet answered, when Redis ended.
  t.true(before[0] <= 60 && windows <= before[0] + 3 + 60, `${windows} admitted, ${before[0]} of them before`)
  t.true(before[1] <= 40 && quota <= before[1] + 3 + 40, `${quota} admitted, ${before[1]} of them before`)

  // Each process tells what it holds with its next heartbeat, and then no more than three are taken.
  const admin = await createClient({ url: redis.url }).connect()
  defer(() => admin.destroy())
  const taken = async () => {
    const names = (await admin.keys('restarts:*')).filter((name) => name.includes('slots'))
    return Promise.all(names.map((name) => admin.zCard(name)))
  }
  await waitFor('both slots to be known again', async () => (await taken()).join() === '2')
  const third = fleet[1]?.decide('/slots', 'ann')
  third?.catch(() => undefined)
  await waitFor('the third slot', () => service.held.length === 3)
  for (const { decide } of fleet) t.is((await decide('/slots', 'ann')).status, 429)
  letGo(service)
  t.deepEqual(
    (await Promise.all([...holding, third])).map((answer) => answer?.status),
    [200, 200, 200],
  )
  await waitFor('all slots to be free', async () => (await taken()).join() === '')

  await carriesOutOnce(t, fleet, service, 'k1')
  await admitsExactly(t, fleet, '/windows', [60, 150])
})

redisTest('own', 'a Redis that comes back with what it had counts on, and nobody notices in the sum', async (t, _unused, defer) => {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-restarts-'))
  defer(() => rm(folder, { recursive: true, force: true }))
  const redis = await startRedis(['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always'])
  defer(() => redis.stop())
  const stage = await startStage(t, redis)
  const { fleet, service } = stage
  await carriesOutOnce(t, fleet, service, 'k1')
  const carriedOut = service.once
  const { windows, quota } = await restart(t, stage)
  t.true(windows <= 60, `${windows} admitted`)
  t.true(quota <= 40, `${quota} admitted`)
  // What was not decided in time may have been counted.
  if (!isBusy()) t.true(windows >= 50 && quota >= 30, `${windows} and ${quota} admitted`)
  for (const { decide } of fleet) {
    const more = { method: 'POST' as const, body: 'a', headers: { 'idempotency-key': 'k1' } }
    t.is((await decide('/once', 'ann', more)).headers['idempotency-replayed'], 'true')
  }
  t.is(service.once, carriedOut)
})
