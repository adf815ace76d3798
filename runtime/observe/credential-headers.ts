import { credentialHeader } from '../../sdk/effects.js'
import type { ResolvedRoute } from '../../sdk/index.js'

/** Names of all headers in which routes expect credentials; their values are never logged. */
export function credentialHeaders(routes: readonly ResolvedRoute[]): ReadonlySet<string> {
  const effects = new Set(
    routes.flatMap(({ auth, policies, method }) => [auth, ...policies.map(({ policy }) => policy)].map((part) => part?.effects(method))),
  )
  const all = [...effects].flatMap((one) => one?.security ?? []).flatMap((security) => [security, ...(security.with ?? [])])
  return new Set(all.flatMap((security) => credentialHeader(security) ?? []))
}
