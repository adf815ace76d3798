import type { MirrorSettings } from '../policies/mirror.js'
import type { PolicyUse, ResolvedRoute, ResolvedUpstream } from '../resolved.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'

/** Adds GW1361 for a route's own mirror that could copy nothing; one that the route shares with others passes it by. */
export function checkMirrors(
  policies: readonly PolicyUse[],
  { upstream, compose }: { readonly upstream: ResolvedUpstream | undefined; readonly compose: ResolvedRoute['compose'] },
  place: Place,
  issues: IssueCollector,
): void {
  for (const { key, scope, policy } of policies) {
    if (policy.name !== 'mirror' || scope !== 'route') continue
    const at = inside(place, key)
    if (compose)
      issues.add('GW1361', at, 'a composed route forwards no request that could be copied', { hint: 'take the mirror off this route' })
    else if (upstream && (policy.settings as MirrorSettings).to === upstream)
      issues.add('GW1361', inside(at, 'to'), `"${upstream.name}" is the route’s own upstream`, { hint: 'name another in `to`' })
  }
}
