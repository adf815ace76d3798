import type { InternalTokenSettings } from '../../sdk/policies/internal-token.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { credentialHeaders } from '../observe/credential-headers.js'

/** Headers that carry credentials wherever they are used. */
const USUAL = ['authorization', 'cookie', 'x-api-key', 'dpop', 'signature', 'signature-input']

/** Names of all headers in which a route's requests may carry credentials: those of its callers, and those that the gateway adds for the upstream. */
export function credentialNames(route: ResolvedRoute): readonly string[] {
  const tokens = route.policies.filter(({ policy }) => policy.name === 'internal-token')
  const added = tokens.map(({ policy }) => (policy.settings as InternalTokenSettings).header)
  return [...new Set([...USUAL, ...credentialHeaders([route]), ...added])]
}
