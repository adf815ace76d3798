import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { mode } from '../schemas/mode.js'
import { type MatchRuleOptions, type TokenKind, tokenKind } from './scopes.js'

const options = z.strictObject({
  /** Roles that the token must carry, compared exactly; where they stand in the token says the auth’s `rolesClaim`. */
  roles: z.array(z.string().min(1)).min(1, 'expected at least one role'),
  /** Whether `all` of them are needed or `any` one. Default `all`. */
  match: z.enum(['all', 'any']).default('all'),
  /** The auth that checks the token; taken from the auth. */
  kind: tokenKind,
  /** `shadow` lets pass whom it would refuse, counts and logs it. Default `enforce`. */
  mode,
})

export const rolesDefinition = {
  name: 'roles',
  phase: 'authorize',
  madeBy: 'jwt',
  options,
  effects: (): Effects => ({ problems: ['FORBIDDEN'] }),
} as const satisfies PolicyDefinition<'roles'>

/** Lets pass tokens that carry the roles; others get 403. Made by a `jwt` or an `introspection`. */
export function roles(
  given: MatchRuleOptions & { readonly roles: readonly string[]; readonly kind: TokenKind },
  caller: (...args: never[]) => unknown,
): Policy<never> {
  return bindPolicy(rolesDefinition, given, caller)
}
