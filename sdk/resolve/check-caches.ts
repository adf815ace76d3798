import type { CacheSettings } from '../policies/cache.js'
import type { PolicyUse, ResolvedAuth } from '../resolved.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'

/** Adds GW1310 for a cache that would share responses between callers whom the route's auth tells apart. */
export function checkCaches(policies: readonly PolicyUse[], auth: ResolvedAuth | undefined, place: Place, issues: IssueCollector): void {
  if (!auth) return
  for (const { key, policy } of policies) {
    if (policy.name !== 'cache') continue
    const { public: shared, key: keys } = policy.settings as CacheSettings
    if (shared || keys.some(({ needsAuth }) => needsAuth)) continue
    issues.add('GW1310', inside(place, key), 'the route has an auth, and the cache’s `key` has nothing of it', {
      hint: 'add a key such as `session.key(auth => auth.claims.sub)`, or `public: true` if every caller gets the same response',
    })
  }
}
