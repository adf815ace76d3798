import type { ResolvedRoute } from '../resolved.js'

/** The upstream of a route, or those of its parts or sides, as lists and logs show them. */
export function upstreamNames({ compose, rollout, upstream }: Pick<ResolvedRoute, 'compose' | 'rollout' | 'upstream'>): string {
  const several = compose?.upstreams ?? rollout?.sides
  return several ? several.map(({ name }) => name).join(', ') : upstream.name
}
