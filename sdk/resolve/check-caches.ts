import type { CacheSettings } from '../policies/cache.js'
import type { PolicyUse, ResolvedAuth, ResolvedRoute } from '../resolved.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'

/**
 * Adds GW1310 for a cache that would share responses between callers whom the route's auth tells apart, and GW1380 for a composed route's own,
 * which no upstream's response ever reaches.
 */
export function checkCaches(
  policies: readonly PolicyUse[],
  { auth, compose }: { readonly auth: ResolvedAuth | undefined; readonly compose: ResolvedRoute['compose'] },
  place: Place,
  issues: IssueCollector,
): void {
  for (const { key, scope, policy } of policies) {
    if (policy.name !== 'cache') continue
    if (compose && scope === 'route')
      issues.add('GW1380', inside(place, key), 'a composed route cannot have a `cache`', {
        hint: 'it keeps responses of upstreams; leave it out',
      })
    const { public: shared, key: keys } = policy.settings as CacheSettings
    if (!auth || compose || shared || keys.some(({ needsAuth }) => needsAuth)) continue
    issues.add('GW1310', inside(place, key), 'the route has an auth, and the cache’s `key` has nothing of it', {
      hint: 'add a key such as `session.key(auth => auth.claims.sub)`, or `public: true` if every caller gets the same response',
    })
  }
}
