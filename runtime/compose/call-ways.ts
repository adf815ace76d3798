import type { ResolvedRoute } from '../../sdk/resolved.js'
import { compileWay, type UpstreamWay } from '../pipeline/compile-way.js'
import type { Services } from '../services.js'
import type { UpstreamPool } from '../upstreams/target.js'

/** How calls reach one upstream: by its own settings, where the route says nothing else. */
export type CallWay = UpstreamWay

/** The ways of a composed route, by the names of its upstreams. */
export function compileCallWays(
  route: ResolvedRoute,
  pools: ReadonlyMap<string, UpstreamPool>,
  services: Pick<Services, 'keep' | 'clock'>,
): ReadonlyMap<string, CallWay> {
  // A route's settings are those of its first upstream, unless it has its own.
  const { retry, hedge } = route.upstream.settings
  const ways = (route.compose?.upstreams ?? []).map((upstream) => {
    const to: ResolvedRoute = {
      ...route,
      upstream,
      retry: route.retry === retry ? upstream.settings.retry : route.retry,
      hedge: route.hedge === hedge ? upstream.settings.hedge : route.hedge,
    }
    return [upstream.name, compileWay(to, pools, services)] as const
  })
  return new Map(ways)
}
