import type { ResolvedRoute } from '../../sdk/resolved.js'
import { compileChoiceReader } from '../forward/choice-reader.js'
import type { Services } from '../services.js'
import { compileHedge } from '../upstreams/hedge/compile-hedge.js'
import { compileRetry } from '../upstreams/retry/compile-retry.js'
import type { UpstreamPool } from '../upstreams/target.js'
import type { CompiledRoute } from './compiled-route.js'

/** How requests reach one upstream. */
export type UpstreamWay = Pick<CompiledRoute, 'pool' | 'retry' | 'hedge' | 'chooseBy' | 'deadlineHeader'>

/** Compiles the way to one of a route's upstreams. */
export function compileWay(
  to: Pick<ResolvedRoute, 'upstream' | 'retry' | 'hedge' | 'affinity'>,
  pools: ReadonlyMap<string, UpstreamPool>,
  services: Pick<Services, 'keep' | 'clock'>,
): UpstreamWay {
  return {
    pool: pools.get(to.upstream.name),
    retry: compileRetry(to, services),
    hedge: compileHedge(to, services),
    chooseBy: compileChoiceReader(to),
    deadlineHeader: to.upstream.settings.deadlineHeader,
  }
}
