import type { ExecutionContext } from 'ava'
import { hashSlot } from '../../runtime/stores/hash-slot.js'
import { SCRIPTS } from '../../runtime/stores/scripts.js'
import { clusterTest, type RedisCluster } from '../helpers/redis-cluster.js'
import { admitsExactly, type ClockFleet, startClocksHere } from './clocks-fleet.js'
import { carriesOutOnce, sharesResponses, sharesRevocations, sharesSlots, startService } from './shared-service.js'

/** Names of the keys on each node. */
async function keysOf({ nodes, cli }: RedisCluster): Promise<readonly (readonly string[])[]> {
  const texts = await Promise.all(nodes.map(({ port }) => cli('-p', String(port), '--scan')))
  return texts.map((text) => text.split('\n').filter((name) => name !== ''))
}

async function ownsSlots({ nodes, cli }: RedisCluster): Promise<readonly string[]> {
  return Promise.all(nodes.map(async ({ port }) => (await cli('-p', String(port), 'cluster', 'myid')).trim()))
}

/** Uses a limit up in parts, while something else happens; holds that never more than the limit is admitted, and that it is used up. */
async function usedUpMeanwhile(t: ExecutionContext, fleet: ClockFleet, meanwhile: Promise<unknown>): Promise<void> {
  const clients = Array.from({ length: 12 }, (_, index) => `moving-${index}`)
  let moving = true
  void meanwhile.finally(() => {
    moving = false
  })
  await Promise.all(
    clients.map(async (client, index) => {
      let admitted = 0
      for (let turn = 0; ; turn += 1) {
        const { status } = await fleet[(index + turn) % fleet.length]!.decide('/quota', client)
        if (status === 200) admitted += 1
        else if (!moving) break
      }
      t.true(admitted <= 40, `${client}: ${admitted}`)
      t.true(admitted > 0, client)
    }),
  )
  await meanwhile
}

clusterTest('over a Cluster of three masters every policy that shares state works, also while slots move', async (t, cluster) => {
  t.timeout(600_000)
  const { urls, nodes, cli } = cluster
  const service = await startService(t)
  const fleet = await startClocksHere(t, service.url, { urls, cluster: true, prefix: 'cluster' })
  const holdsAll = async (key: string) => {
    for (let turn = 0; turn < 3; turn += 1) {
      await admitsExactly(t, fleet, '/windows', [60, 90])
      await admitsExactly(t, fleet, '/quota', [40, 60])
      await sharesSlots(t, fleet, service)
      await carriesOutOnce(t, fleet, service, `${key}${turn}`)
    }
    await sharesResponses(t, fleet)
    await sharesRevocations(t, fleet)
  }
  await holdsAll('before')
  const before = await keysOf(cluster)
  for (const [index, names] of before.entries()) t.true(names.length > 3, `node ${index} has ${names.length} keys`)

  const [from = '', to = ''] = await ownsSlots(cluster)
  const address = `127.0.0.1:${nodes[0]?.port}`
  const plan = ['--cluster-from', from, '--cluster-to', to, '--cluster-slots', '2700', '--cluster-yes']
  await usedUpMeanwhile(t, fleet, cli('--cluster', 'reshard', address, ...plan))
  const after = await keysOf(cluster)
  const moved = before[0]?.filter((name) => after[1]?.includes(name)) ?? []
  t.true(moved.length > 0, 'keys went from the first node to the second')
  await holdsAll('after')

  for (const name of after.flat().slice(0, 20)) {
    t.regex(name, /^cluster:\{[^{}]+\}$/)
    t.is(hashSlot(name), Number(await cli('cluster', 'keyslot', name)))
  }
  for (const { text } of SCRIPTS) t.deepEqual(new Set(text.match(/KEYS\[\d+\]/g) ?? ['KEYS[1]']), new Set(['KEYS[1]']))
})
