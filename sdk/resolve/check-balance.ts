import type { ResolvedUpstream } from '../resolved.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'
import type { RouteSettings } from './route-schema.js'

/**
 * Checks that a route has a key exactly where its upstream's balancer takes one.
 * @param keyed true where its rollout takes one too
 */
export function checkAffinity(
  { affinity }: RouteSettings,
  { name, settings }: ResolvedUpstream,
  keyed: boolean,
  place: Place,
  issues: IssueCollector,
): void {
  const isHashed = settings.balance === 'consistent-hash'
  if (isHashed && !affinity && !keyed)
    issues.add('GW1320', place, `the upstream "${name}" balances by a key, and the route has no \`affinity\``, {
      hint: 'add for example `affinity: ip` or `affinity: header("x-tenant")`',
    })
  if (!isHashed && affinity && !keyed)
    issues.add('GW1321', inside(place, 'affinity'), `the upstream "${name}" has \`balance: "${settings.balance}"\`, which takes no key`, {
      hint: 'set `balance: "consistent-hash"` there, or leave `affinity` out',
    })
}

/** Holds the names of affinity cookies unique. */
export function checkAffinityCookies(upstreams: readonly ResolvedUpstream[], place: Place, issues: IssueCollector): void {
  const owners = new Map<string, string>()
  for (const { name, settings } of upstreams) {
    const cookie = settings.sticky?.cookie
    if (cookie === undefined) continue
    const owner = owners.get(cookie)
    if (owner === undefined) owners.set(cookie, name)
    else
      issues.add('GW1322', place, `the upstreams "${owner}" and "${name}" both have the affinity cookie \`${cookie}\``, {
        hint: 'give each `sticky.cookie` a name of its own',
      })
  }
}
