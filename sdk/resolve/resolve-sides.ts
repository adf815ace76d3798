import type { ResolvedComposition } from '../compose/resolved-composition.js'
import type { ResolvedRollout, ResolvedRoute, ResolvedSide, ResolvedUpstream } from '../resolved.js'
import type { Route } from '../route.js'
import { checkAffinity, checkAffinityUse } from './check-balance.js'
import { inside, type Place } from './place.js'
import { resolveFallback } from './resolve-fallback.js'
import { resolveHedge, resolveRetry } from './resolve-retry.js'
import { isRollout } from './resolve-rollouts.js'
import type { RouteResolution } from './resolve-route.js'
import type { RouteSettings } from './route-schema.js'

const DEFAULT_TIMEOUTS = { connect: 2_000, headers: 30_000, idle: 60_000, total: undefined }

/** The upstreams of a route: its own, the first of its calls, or the two of a rollout. */
export interface Destination {
  readonly upstreams: readonly ResolvedUpstream[]
  readonly rollout: ResolvedRollout | undefined
}

/** Resolves where the requests of a route go; `composed` is what became of its `compose`. */
export function resolveDestination(
  { options }: Route<string, unknown, number>,
  composed: ResolvedComposition | undefined,
  place: Place,
  { upstreams, rollouts }: RouteResolution,
): Destination {
  if (options['compose'] !== undefined) return { upstreams: composed?.upstreams.slice(0, 1) ?? [], rollout: undefined }
  const at = inside(place, 'upstream')
  if (!isRollout(options.upstream)) {
    const upstream = upstreams.resolve(options.upstream, at)
    return { upstreams: upstream ? [upstream] : [], rollout: undefined }
  }
  const rollout = rollouts.resolve(options.upstream, at)
  return { upstreams: rollout?.sides ?? [], rollout }
}

/** Resolves how the requests of a route reach each of its upstreams, and what it falls back to. */
export function resolveWays(
  options: RouteSettings,
  { upstreams, rollout }: Destination,
  place: Place,
  to: RouteResolution,
): { readonly way: ResolvedSide | undefined; readonly rollout: ResolvedRoute['rollout']; readonly fallback: ResolvedRoute['fallback'] } {
  const keyed = rollout?.kind === 'canary' && !rollout.by
  if (keyed && !options.affinity)
    to.issues.add('GW1170', place, `the rollout "${rollout.name}" has no \`by\`, and the route no \`affinity\` to tell callers apart by`, {
      hint: 'add for example `by: ip` there, or `affinity: session.key(…)` here',
    })
  const [way, other] = upstreams.map((upstream) => resolveSide(options, upstream, place, to))
  // One side of a rollout may well stand in for the other.
  const fallback = resolveFallback(options, rollout ? undefined : way?.upstream, place, to)
  if (options.compose === undefined && !keyed) checkKeyed(options, upstreams, fallback, place, to)
  return { way, rollout: rollout && way && other && { ...rollout, ways: [way, other] }, fallback }
}

/** Holds that a route has a key exactly where its upstreams, or the one it falls back to, balance by one. */
function checkKeyed(
  { affinity }: RouteSettings,
  own: readonly ResolvedUpstream[],
  fallback: ResolvedRoute['fallback'],
  place: Place,
  { issues }: RouteResolution,
): void {
  const upstreams = [...own, ...(fallback?.upstream ? [fallback.upstream] : [])]
  for (const one of upstreams) checkAffinity({ affinity, isOwn: false }, one, place, issues)
  checkAffinityUse(affinity, upstreams, place, issues)
}

/** How a route's requests reach one of its upstreams: by the route's own settings over the upstream's over the defaults. */
function resolveSide(options: RouteSettings, upstream: ResolvedUpstream, place: Place, { issues }: RouteResolution): ResolvedSide {
  const { timeouts } = upstream.settings
  // A composed route's own hold for its calls, which are checked one by one.
  const composed = options.compose !== undefined
  return {
    upstream,
    retry: composed ? options.retry : resolveRetry(options, upstream, place, issues),
    hedge: composed ? options.hedge || undefined : resolveHedge(options, upstream),
    timeouts: { ...DEFAULT_TIMEOUTS, ...(composed ? {} : definedOf(timeouts)), ...definedOf(options.timeouts) },
  }
}

function definedOf<T extends object>(given: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  if (!given) return {}
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
