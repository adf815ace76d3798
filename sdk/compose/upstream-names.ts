import type { ResolvedRoute } from '../resolved.js'

/** The upstream of a route, or those of its parts, as lists and logs show them. */
export function upstreamNames({ compose, upstream }: Pick<ResolvedRoute, 'compose' | 'upstream'>): string {
  return compose ? compose.upstreams.map(({ name }) => name).join(', ') : upstream.name
}
