import type { ResolvedRoute } from '../../sdk/resolved.js'
import { compileChoiceReader } from '../forward/choice-reader.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { Services } from '../services.js'
import { compileHedge } from '../upstreams/hedge/compile-hedge.js'
import { compileRetry } from '../upstreams/retry/compile-retry.js'
import type { UpstreamPool } from '../upstreams/target.js'

/** How calls reach one upstream: by its own settings, where the route says nothing else. */
export type CallWay = Pick<CompiledRoute, 'pool' | 'retry' | 'hedge' | 'chooseBy' | 'deadlineHeader'>

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
    const way: CallWay = {
      pool: pools.get(upstream.name),
      retry: compileRetry(to, services),
      hedge: compileHedge(to, services),
      chooseBy: compileChoiceReader(to),
      deadlineHeader: upstream.settings.deadlineHeader,
    }
    return [upstream.name, way] as const
  })
  return new Map(ways)
}
