import type { Reply, RequestStep } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { compilePublicCookie } from '../forward/public-cookie.js'
import { compilePublicLocation } from '../forward/public-location.js'
import type { Services } from '../services.js'
import type { UpstreamPool } from '../upstreams/target.js'
import { compileWay } from './compile-way.js'
import type { CompiledFallback } from './compiled-route.js'
import type { GatewayExchange } from './exchange.js'

/** Notes a fallback for the log, and counts it. */
function noteTaken({ id }: ResolvedRoute, { count }: Pick<Services, 'count'>): CompiledFallback['taken'] {
  return (exchange, to, after) => {
    exchange.fallback = { to, after }
    count('gatewright_fallbacks_total', { route: id, to, after })
  }
}

/** A route's other upstream; undefined where it has none. */
export function compileFallback(
  route: ResolvedRoute,
  pools: ReadonlyMap<string, UpstreamPool>,
  services: Services,
): CompiledFallback | undefined {
  const { upstream, problems, statuses, retry, hedge } = route.fallback ?? {}
  const pool = upstream && pools.get(upstream.name)
  if (!pool || !problems || !statuses) return undefined
  const way = {
    ...compileWay({ upstream, retry, hedge, affinity: route.affinity }, pools, services),
    pool,
    publicLocation: compilePublicLocation(route, pool),
    publicCookie: compilePublicCookie(route, pool),
  }
  return { problems, statuses, way, taken: noteTaken(route, services) }
}

/** The step that has a reply stand in for what comes of the upstream; undefined where the route has none. */
export function fallbackStep(route: ResolvedRoute, services: Services): RequestStep | undefined {
  const { reply, problems, statuses } = route.fallback ?? {}
  if (!reply || !problems || !statuses) return undefined
  const taken = noteTaken(route, services)
  const type = reply.contentType === undefined ? [] : ['content-type', reply.contentType]
  const standIn: Reply = {
    status: reply.status,
    headers: [...type, 'cache-control', 'no-store'],
    ...(reply.body === undefined ? undefined : { body: Buffer.from(reply.body) }),
  }
  return (given) => {
    const exchange = given as GatewayExchange
    // A page that asks for a WebSocket has no use for it.
    if (exchange.upgrade || exchange.preflight) return
    exchange.onUpstream(({ problem, status }) => {
      if (!(problem ? problems.has(problem.code) : statuses.has(status))) return undefined
      taken(exchange, 'reply', problem ? problem.code : String(status))
      return standIn
    })
  }
}
