import type { ResolvedGateway } from '../sdk/index.js'
import { compileRoute, compileUnmatched } from './pipeline/compile-route.js'
import type { LiveConfig } from './pipeline/exchange-handler.js'
import { buildRouteTable } from './routing/route-table.js'
import { versionRefusals } from './routing/version-refusals.js'
import type { Services } from './services.js'
import { keepPool } from './upstreams/keep-pool.js'
import type { UpstreamPool } from './upstreams/target.js'

/** Builds everything a config needs to run, once, at load; upstream pools whose definition did not change are kept. */
export function compileGateway(gateway: ResolvedGateway, services: Services): LiveConfig {
  const pools = new Map<string, UpstreamPool>()
  for (const upstream of gateway.upstreams) {
    const pool = keepPool(upstream, services)
    services.warm(() => pool.warm(), pool.warmsWithin)
    pools.set(upstream.name, pool)
  }
  const routes = gateway.routes.map((source) => {
    const compiled = compileRoute(source, pools, services)
    const { method, segments, paramNames, match, encodedSlashes } = source
    return Object.assign(compiled, { method, segments, paramNames, match, encodedSlashes })
  })
  const refusals = versionRefusals(gateway.routes, (refuse) => compileUnmatched(gateway.policies, services, refuse))
  return {
    table: buildRouteTable([...routes, ...refusals]),
    unmatched: compileUnmatched(gateway.policies, services),
    pools: [...pools.values()],
    rollouts: [...new Set(routes.flatMap(({ rollout }) => rollout?.state ?? []))],
    byId: new Map(routes.map((route) => [route.id, route])),
    keepsEncodedSlashes: gateway.routes.some(({ encodedSlashes }) => encodedSlashes === 'keep'),
  }
}
