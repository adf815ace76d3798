import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import { headerName, scopeToken } from '../schemas/text.js'

/** What gives the scopes and roles: the name of an auth, and of its security scheme. */
export const tokenKind = z.enum(['jwt', 'introspection']).default('jwt')
export type TokenKind = z.output<typeof tokenKind>

const options = z.strictObject({
  /** Scopes that the token must carry, compared exactly; the token's are in `scope` (RFC 8693 section 4.2) or `scp`, as a text or a list. */
  scopes: z.array(scopeToken).min(1, 'expected at least one scope'),
  /** Whether `all` of them are needed or `any` one. Default `all`. */
  match: z.enum(['all', 'any']).default('all'),
  /** Header that carries the token; taken from the auth. */
  header: headerName.prefault('authorization'),
  /** The auth that checks the token; taken from the auth. */
  kind: tokenKind,
  /** `shadow` lets pass whom it would refuse, counts and logs it. Default `enforce`. */
  mode,
})

/** Parsed options of {@link scopes}. */
export type ScopesSettings = z.output<typeof options>

export const scopesDefinition = {
  name: 'scopes',
  phase: 'authorize',
  madeBy: 'jwt',
  options,
  effects: (settings: ScopesSettings): Effects => ({
    problems: ['INSUFFICIENT_SCOPE'],
    headers: [{ name: 'WWW-Authenticate', description: 'The scopes that are needed (RFC 6750 section 3).', on: 'problems' }],
    scopes: [{ scheme: settings.kind, anyOf: settings.match === 'all' ? [settings.scopes] : settings.scopes.map((scope) => [scope]) }],
  }),
} as const satisfies PolicyDefinition<'scopes'>

/** More on the `scopes` and `roles` of a token. */
export interface MatchRuleOptions {
  /** Whether `all` of them are needed or `any` one. Default `all`. */
  readonly match?: 'all' | 'any'
  /** `shadow` lets pass whom it would refuse, counts and logs it. Default `enforce`. */
  readonly mode?: Mode
}

/** Lets pass tokens that carry the scopes; others get 403 with the scopes in the challenge (RFC 6750 section 3.1). Made by a `jwt` or an `introspection`. */
export function scopes(
  given: MatchRuleOptions & { readonly scopes: readonly string[]; readonly header: string | undefined; readonly kind: TokenKind },
  caller: (...args: never[]) => unknown,
): Policy<never> {
  return bindPolicy(scopesDefinition, given, caller)
}
