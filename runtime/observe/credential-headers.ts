import { credentialHeader } from '../../sdk/effects.js'
import type { ResolvedRoute } from '../../sdk/index.js'

/** Names of all headers in which routes expect credentials; their values are never logged. */
export function credentialHeaders(routes: readonly ResolvedRoute[]): ReadonlySet<string> {
  const all = routes.flatMap(({ effects }) => effects.security).flatMap((security) => [security, ...(security.with ?? [])])
  return new Set(all.flatMap((security) => credentialHeader(security) ?? []))
}
