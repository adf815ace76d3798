import type { ResolvedUpstream } from '../resolved.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'

/**
 * Checks that there is a key where an upstream's balancer takes one, and none of a call's own where it does not.
 * @param isOwn true for a key that is meant for this upstream alone
 */
export function checkAffinity(
  { affinity, isOwn }: { readonly affinity: unknown; readonly isOwn: boolean },
  { name, settings }: ResolvedUpstream,
  place: Place,
  issues: IssueCollector,
): void {
  const keyed = settings.balance === 'consistent-hash'
  if (keyed && !affinity)
    issues.add('GW1320', place, `the upstream "${name}" balances by a key, and there is no \`affinity\``, {
      hint: 'add for example `affinity: ip` or `affinity: header("x-tenant")` to the route, or `affinity: ({ id }) => id` to a call',
    })
  if (!keyed && isOwn) addUnused([{ name, settings }], place, issues)
}

/** Checks that at least one of a route's upstreams takes its key. */
export function checkAffinityUse(affinity: unknown, upstreams: readonly ResolvedUpstream[], place: Place, issues: IssueCollector): void {
  if (affinity && upstreams.length > 0 && upstreams.every(({ settings }) => settings.balance !== 'consistent-hash'))
    addUnused(upstreams, place, issues)
}

function addUnused(upstreams: readonly Pick<ResolvedUpstream, 'name' | 'settings'>[], place: Place, issues: IssueCollector): void {
  const [{ name, settings }] = upstreams as readonly [ResolvedUpstream]
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
