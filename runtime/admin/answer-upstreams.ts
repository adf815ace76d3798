import type { IncomingMessage } from 'node:http'
import type { UpstreamPool } from '../upstreams/target.js'
import type { AdminReply } from './admin-reply.js'

/** Serves `GET /upstreams`: every upstream with its targets, and how they stand in this process. */
export function answerUpstreams({ method }: IncomingMessage, pools: readonly UpstreamPool[]): AdminReply {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'Use GET.\n' }
  const shown = pools.map((pool) => ({
    upstream: pool.name,
    targets: pool.serving.map((target) => {
      const { url, weight, priority, labels, active, healthy } = target
      const state = !pool.targets.includes(target) ? 'leaving' : !healthy ? 'unhealthy' : pool.isEjected(target) ? 'ejected' : 'healthy'
      return { url, state, active, weight, priority, labels }
    }),
  }))
  return { status: 200, type: 'application/json', body: `${JSON.stringify(shown)}\n` }
}
