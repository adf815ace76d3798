import type { AuthPolicy } from './auth.js'
import { roles } from './policies/roles.js'
import { type MatchRuleOptions, scopes, type TokenKind } from './policies/scopes.js'

/** Policies on what a token carries, `D` being what its auth gives, `S` and `R` the scopes and roles that there are. */
export interface TokenRules<D, S extends string, R extends string> {
  /** A policy that lets pass tokens with these scopes; others get 403 `INSUFFICIENT_SCOPE`. */
  scopes(needed: S | readonly S[], options?: MatchRuleOptions): AuthPolicy<D>
  /** A policy that lets pass tokens with these roles; others get 403 `FORBIDDEN`. */
  roles(needed: R | readonly R[], options?: MatchRuleOptions): AuthPolicy<D>
}

/** Makes the policies of an auth of this kind, whose tokens are in `header`. */
export function tokenRules<D, S extends string, R extends string>(kind: TokenKind, header: string | undefined): TokenRules<D, S, R> {
  const rules: TokenRules<D, S, R> = {
    scopes: (needed, options) => scopes({ ...options, scopes: [needed].flat() as S[], header, kind }, rules.scopes) as AuthPolicy<D>,
    roles: (needed, options) => roles({ ...options, roles: [needed].flat() as R[], kind }, rules.roles) as AuthPolicy<D>,
  }
  return rules
}
