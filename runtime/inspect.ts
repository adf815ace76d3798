import { upstreamNames } from '../sdk/compose/upstream-names.js'
import type { ResolvedRoute } from '../sdk/resolved.js'
import { isUnverified } from '../sdk/upstream-tls.js'
import type { CompiledRoute } from './pipeline/compiled-route.js'
import type { RouteInspection } from './types.js'

/** What a route runs, in words. */
export function inspectRoute(route: ResolvedRoute, compiled: CompiledRoute | undefined): RouteInspection {
  const buffered = route.body || route.mapRequest || compiled?.mapResponse !== undefined || route.compose
  return {
    id: route.id,
    method: route.method,
    path: route.path,
    upstream: upstreamNames(route),
    unverified: (route.rollout?.sides ?? [route.upstream]).some(({ settings }) => isUnverified(settings.tls)),
    steps: compiled?.stepNames ?? [],
    lane: route.lifecycle === 'hapi' ? 'hapi' : buffered ? 'buffered' : 'streamed',
  }
}
