import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { pino } from 'pino'
import { systemClock } from '../../runtime/clock.js'
import { toCell } from '../../runtime/stores/gcra.js'
import { hashSlot } from '../../runtime/stores/hash-slot.js'
import type { LimitStore } from '../../runtime/stores/limit-store.js'
import { redisKey } from '../../runtime/stores/redis-key.js'
import { createRedisLimitStore } from '../../runtime/stores/redis-limit-store.js'
import { createRedisLink } from '../../runtime/stores/redis-link.js'
import { createRedisSharedState } from '../../runtime/stores/redis-shared-state.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { freePort } from '../helpers/free-ports.js'
import { redisTest, startRedis } from '../helpers/redis.js'
import { clusterTest, nodeClient } from '../helpers/redis-cluster.js'
import type { Defer } from '../helpers/timed-test.js'

const HUNDRED = [toCell({ emissionMs: 36_000, burst: 100 }), toCell({ emissionMs: 864_000, burst: 1_000 })]

function storesAt(
  place: Parameters<typeof createRedisLink>[0] extends infer O ? Omit<O, 'clock' | 'log' | 'count'> : never,
  defer: Defer,
  clock = systemClock,
) {
  const link = createRedisLink({ ...place, clock, log: pino({ level: 'silent' }), count: () => undefined })
  defer(() => link.close())
  return { link, limits: createRedisLimitStore(link, 'c', clock), state: createRedisSharedState(link, 'c') }
}

/** Asks until it is answered: a slot that moves, or a busy machine, may take longer than 20 ms. */
async function admits(store: LimitStore, key: string, cost = 1): Promise<boolean> {
  for (let turn = 0; ; turn += 1) {
    try {
      return (await store.take(key, HUNDRED, cost)).every(({ admitted }) => admitted)
    } catch (error) {
      if (turn > 200) throw error
      await delay(50)
    }
  }
}

test('slots are those of Redis, by the hash tag', (t) => {
  // From the Redis Cluster specification, and `CLUSTER KEYSLOT`.
  t.is(hashSlot('123456789'), 0x31c3 % 16_384)
  t.is(hashSlot('foo'), 12_182)
  t.is(hashSlot('{foo}.bar'), 12_182)
  t.is(hashSlot('a{foo}{bar}'), 12_182)
  t.is(hashSlot('{}foo'), hashSlot('{}foo'))
  t.not(hashSlot('{}foo'), hashSlot('{}bar'))
})

clusterTest(
  'in a Cluster: limits, quotas and shared state work on every node, for processes whose clocks differ',
  async (t, { urls, nodes, cli }, defer) => {
    const clocks = [systemClock, fakeClock(Date.now() - 300_000)]
    const [one, two] = clocks.map((clock) => storesAt({ urls, cluster: true }, defer, clock))
    if (!one || !two) return t.fail()
    await Promise.all([one.link.whenUsable(), two.link.whenUsable()])
    const keys = Array.from({ length: 30 }, (_, index) => `limit\0${index}`)
    for (const key of keys) {
      let admitted = 0
      for (let turn = 0; turn < 6; turn += 1) if (await admits(turn % 2 ? one.limits : two.limits, key, 20)) admitted += 1
      t.is(admitted, 5, key)
    }
    for (const { port } of nodes) t.true(Number(await cli('-p', String(port), 'dbsize')) >= 3, `node ${port}`)
    for (const key of keys) await one.state.set(`state${key}`, key, 60_000)
    for (const key of keys) t.is(await two.state.get(`state${key}`), key)
    const heard: string[] = []
    two.state.subscribe('news', (message) => heard.push(message))
    for (let turn = 0; turn < 300 && heard.length === 0; turn += 1) {
      await one.state.publish('news', 'a').catch(() => undefined)
      await delay(20)
    }
    t.is(heard[0], 'a')
    const name = (await cli('-c', '--scan')).split('\n').find((line) => line.includes('limit:'))
    if (name) t.is(hashSlot(name), Number(await cli('cluster', 'keyslot', name)))
  },
)

clusterTest('in a Cluster: a slot that moves takes its counters along, and requests follow it', async (t, { urls, nodes, cli }, defer) => {
  const { link, limits } = storesAt({ urls, cluster: true }, defer)
  await link.whenUsable()
  const keys = Array.from({ length: 60 }, (_, index) => `move\0${index}`)
  for (const key of keys) t.true(await admits(limits, key, 60))
  const ids = await Promise.all(nodes.map(async ({ port }) => (await cli('-p', String(port), 'cluster', 'myid')).trim()))
  const asking = (async () => {
    for (const key of keys) t.false(await admits(limits, key, 60), key)
  })()
  await cli(
    '--cluster',
    'reshard',
    `127.0.0.1:${nodes[0]?.port}`,
    '--cluster-from',
    ids[0] ?? '',
    '--cluster-to',
    ids[1] ?? '',
    '--cluster-slots',
    '1500',
    '--cluster-yes',
  )
  await asking
  for (const key of keys) t.true(await admits(limits, key, 40), key)
  for (const key of keys) t.false(await admits(limits, key, 1), key)
})

clusterTest('in a Cluster: a slot on its way is asked for where it goes', async (t, { urls, nodes, cli }, defer) => {
  const { link, limits } = storesAt({ urls, cluster: true }, defer)
  await link.whenUsable()
  const ids = await Promise.all(nodes.map(async ({ port }) => (await cli('-p', String(port), 'cluster', 'myid')).trim()))
  const [from, to] = [nodes[0], nodes[1]]
  const range = (await cli('cluster', 'nodes')).split('\n').find((line) => line.includes('myself')) ?? ''
  const [, first, last] = /connected (\d+)-(\d+)/.exec(range) ?? []
  const key = Array.from({ length: 1_000 }, (_, index) => `ask\0${index}`).find((one) => {
    const slot = hashSlot(redisKey('c', one))
    return slot >= Number(first) && slot <= Number(last)
  })
  if (key === undefined || !from || !to) return t.fail()
  const slot = String(hashSlot(redisKey('c', key)))
  await cli('-p', String(to.port), 'cluster', 'setslot', slot, 'importing', ids[0] ?? '')
  await cli('-p', String(from.port), 'cluster', 'setslot', slot, 'migrating', ids[1] ?? '')
  t.true(await admits(limits, key, 100))
  t.false(await admits(limits, key))
  t.is((await cli('-p', String(to.port), 'dbsize')).trim() === '0', false)
})

clusterTest(
  'in a Cluster: scripts that are lost are sent again, and a node that is down costs the others nothing',
  async (t, { urls, nodes, cli }, defer) => {
    for (const { port } of nodes) await cli('-p', String(port), 'config', 'set', 'cluster-require-full-coverage', 'no')
    const { link, limits } = storesAt({ urls, cluster: true }, defer)
    await link.whenUsable()
    for (const { url } of nodes) await (await nodeClient(url, defer)).scriptFlush()
    for (let index = 0; index < 20; index += 1) t.true(await admits(limits, `flush\0${index}`))
    await nodes[2]?.kill()
    const results = await Promise.allSettled(Array.from({ length: 60 }, async (_, index) => limits.take(`down\0${index}`, HUNDRED, 1)))
    const answered = results.filter(({ status }) => status === 'fulfilled').length
    t.true(answered > 10 && answered < 60, `${answered}`)
    await nodes[2]?.start()
    for (let index = 0; index < 60; index += 1) t.true(await admits(limits, `up\0${index}`))
  },
)

redisTest('own', 'behind sentinels: the master is found, and found again after a failover', async (t, master, defer) => {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-sentinel-'))
  defer(() => rm(folder, { recursive: true, force: true }))
  // A replica writes what it receives at first to its folder.
  const replica = await startRedis(['--dir', folder, '--replicaof', '127.0.0.1', String(master.port)])
  defer(() => replica.stop())
  const config = `${folder}/sentinel.conf`
  const lines = [`monitor main 127.0.0.1 ${master.port} 1`, 'down-after-milliseconds main 500', 'failover-timeout main 3000']
  await writeFile(config, lines.map((line) => `sentinel ${line}\n`).join(''))
  const port = await freePort()
  const sentinel = spawn('redis-server', [config, '--sentinel', '--port', String(port), '--bind', '127.0.0.1'], { stdio: 'ignore' })
  defer(() => sentinel.kill('SIGKILL'))
  const { link, limits } = storesAt({ urls: ['redis://127.0.0.1:1', `redis://127.0.0.1:${port}`], sentinel: 'main' }, defer)
  await link.whenUsable()
  t.true(await admits(limits, 'a'))
  const watcher = await nodeClient(`redis://127.0.0.1:${port}`, defer)
  for (let turn = 0; turn < 300; turn += 1) {
    const replicas = (await watcher.sendCommand(['SENTINEL', 'replicas', 'main'])) as unknown as string[][]
    if (replicas.some((one) => one.includes(String(replica.port)) && !one.includes('s_down,slave'))) break
    await delay(50)
  }
  await delay(1_500)
  await master.kill()
  t.true(await admits(limits, 'b'))
  const there = await nodeClient(replica.url, defer)
  t.true((await there.keys('c:*')).length > 0)
})
