import type { ResolvedRollout, ResolvedRoute, ResolvedSide } from '../../sdk/resolved.js'
import { compilePublicCookie } from '../forward/public-cookie.js'
import { compilePublicLocation } from '../forward/public-location.js'
import { compileWay } from '../pipeline/compile-way.js'
import type { CompiledRollout, CompiledRoute } from '../pipeline/compiled-route.js'
import type { Services } from '../services.js'
import type { UpstreamPool } from '../upstreams/target.js'
import { RolloutState } from './rollout-state.js'
import { watchOutcome } from './watch-outcome.js'

type Pools = ReadonlyMap<string, UpstreamPool>

/** What its state belongs to: other settings, or another canary, begin anew. */
function identityOf({ kind, name, sides, percent, by, abortIf }: ResolvedRollout): string {
  const [first, second] = sides
  const next = kind === 'canary' ? second : second.name
  return `rollout:${name}:${JSON.stringify([kind, first.name, next, percent, by?.label, abortIf])}`
}

/** The route as it is where all its requests go to one side. */
function compileSide(route: ResolvedRoute, side: ResolvedSide, whole: CompiledRoute, pools: Pools, services: Services): CompiledRoute {
  const source: ResolvedRoute = { ...route, ...side, rollout: undefined }
  const pool = pools.get(side.upstream.name) as UpstreamPool
  return {
    ...whole,
    ...compileWay(source, pools, services),
    source,
    rollout: undefined,
    // The upstream that has just failed is none to fall back to.
    fallback: whole.fallback?.way.pool === pool ? undefined : whole.fallback,
    publicLocation: compilePublicLocation(source, pool),
    publicCookie: compilePublicCookie(source, pool),
    timeouts: side.timeouts,
  }
}

/** Compiles the choice between the two sides of a route's rollout; undefined where it has one upstream. */
export function compileRollout(route: ResolvedRoute, whole: CompiledRoute, pools: Pools, services: Services): CompiledRollout | undefined {
  const { rollout } = route
  if (!rollout) return undefined
  const { ways } = rollout
  const by = rollout.by ?? route.affinity
  const state = services.keep(identityOf(rollout), () => new RolloutState(rollout, services))
  const [first, second] = ways.map((side) => compileSide(route, side, whole, pools, services)) as [CompiledRoute, CompiledRoute]
  return {
    state,
    choose(exchange) {
      const side = state.sideOf(by ? by.read(exchange as never) || '' : '')
      if (state.watches(side)) watchOutcome(exchange, state, side)
      return side === 0 ? first : second
    },
  }
}
