import { ip, rateLimit } from 'gatewright'
import { type RedisServer, startRedis } from '../helpers/redis-server.js'
import { type ChaosTable, CLIENTS } from './chaos-row.js'
import { type Fault, FaultProxy } from './fault-proxy.js'
import { countdown, runLoad } from './load.js'
import { openStage } from './open-stage.js'

const MODES = ['open', 'closed', 'local'] as const
const FAULTS: readonly Fault[] = ['none', 'latency', 'reset', 'slow close', 'bandwidth', 'black hole']

async function runOne(redis: RedisServer, fault: Fault, mode: (typeof MODES)[number], requests: number) {
  const link = await FaultProxy.open(redis.url)
  // A tenth of the requests is warm-up; half of the others is over the limit.
  const allowed = Math.floor(requests * 0.6)
  const use = { limit: rateLimit({ by: ip, limit: `${allowed}/h`, onStoreFailure: mode }) }
  const stage = await openStage(1, {}, use, { redis: { url: link.url, prefix: `chaos-${fault.replace(' ', '-')}-${mode}` } })
  try {
    await runLoad(stage.url, CLIENTS, countdown(requests / 10))
    link.fault = fault
    const result = await runLoad(stage.url, CLIENTS, countdown(requests))
    const of = (status: number) => result.statuses.get(status) ?? 0
    return { fault, mechanism: `\`onStoreFailure: '${mode}'\``, result, figures: { 200: of(200), 429: of(429), 503: of(503) } }
  } finally {
    await stage.close()
    await link.close()
  }
}

/** Faults between the gateway and the Redis that holds its limits. */
export const redisLink: ChaosTable = {
  title: 'The link to Redis',
  about:
    'Every command on the way to Redis meets the fault, once a tenth as many requests have gone well. The limit admits half of the requests: with a Redis that is well, the other half is 429.',
  async *rows({ requests, wants }) {
    const redis = await startRedis()
    try {
      for (const fault of FAULTS) for (const mode of MODES) if (wants(fault, mode)) yield await runOne(redis, fault, mode, requests)
    } finally {
      await redis.stop()
    }
  },
}
