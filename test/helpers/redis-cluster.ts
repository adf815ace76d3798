import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { createClient } from 'redis'
import { type RedisServer, redisMissing, startRedis } from './redis.js'
import { type Defer, timedTest } from './timed-test.js'

const run = promisify(execFile)

/** Three masters that share the slots. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[]
  readonly urls: readonly string[]
  /** Runs `redis-cli` against the first node. */
  cli(...args: string[]): Promise<string>
}

async function startCluster(defer: Defer): Promise<RedisCluster> {
  const nodes: RedisServer[] = []
  for (let count = 0; count < 3; count += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'gatewright-cluster-'))
    defer(() => rm(folder, { recursive: true, force: true }))
    const node = await startRedis(['--dir', folder, '--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'])
    defer(() => node.stop())
    nodes.push(node)
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
  const cli = async (...args: string[]) => (await run('redis-cli', ['-p', String(nodes[0]?.port), ...args])).stdout
  await cli('--cluster', 'create', ...addresses, '--cluster-yes')
  for (const { port } of nodes)
    for (let turn = 0; !(await cli('-p', String(port), 'cluster', 'info')).includes('cluster_state:ok'); turn += 1) {
      if (turn > 300) throw new Error('the cluster does not come up')
      await delay(50)
    }
  return { nodes, urls: nodes.map(({ url }) => url), cli }
}

/** Declares a test on a Redis Cluster of its own; skipped, with the reason in its title, where it cannot be started. */
export function clusterTest(title: string, body: (t: ExecutionContext, cluster: RedisCluster, defer: Defer) => Promise<void>): void {
  const missing = redisMissing('own')
  if (missing !== undefined) {
    test.skip(`${title} (${missing})`, (t) => t.pass())
    return
  }
  timedTest(title, async (t, defer) => body(t, await startCluster(defer), defer))
}

/** A client of one node that follows no redirection. */
export async function nodeClient(url: string, defer: Defer) {
  const client = createClient({ url, RESP: 2 })
  client.on('error', () => undefined)
  await client.connect()
  defer(() => client.destroy())
  return client
}
