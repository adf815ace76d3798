import type { ResolvedRoute } from '../../sdk/resolved.js'
import { compileChoiceReader } from '../forward/choice-reader.js'
import type { Services } from '../services.js'
import { compileHedge } from '../upstreams/hedge/compile-hedge.js'
import { compileRetry } from '../upstreams/retry/compile-retry.js'
import type { UpstreamPool } from '../upstreams/target.js'
import type { CompiledRoute } from './compiled-route.js'

/** How requests of a route reach its upstream. */
export type UpstreamWay = Pick<CompiledRoute, 'pool' | 'retry' | 'hedge' | 'chooseBy' | 'deadlineHeader'>

/** Compiles how requests of a route with several upstreams reach the one that `route` names. */
export function compileWay(
  route: ResolvedRoute,
  pools: ReadonlyMap<string, UpstreamPool>,
  services: Pick<Services, 'keep' | 'clock'>,
): UpstreamWay {
  const { name, settings } = route.upstream
  return {
    pool: pools.get(name),
    retry: compileRetry(route, services),
    hedge: compileHedge(route, services),
    chooseBy: compileChoiceReader(route),
    deadlineHeader: settings.deadlineHeader,
  }
}
