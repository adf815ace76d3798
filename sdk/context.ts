import type { Policy } from './policy.js'
import type { BaseContext, RequestFacts } from './types.js'

/** What auth `A` adds to the context: `ctx.auth` exists only where there is one. */
export type AuthContext<A> = A extends { readonly '~auth'?: (() => infer D) | undefined } ? { readonly auth: D } : {}

/** The context of a route with auth `A`, as its policies see it. */
export type ContextOf<A> = BaseContext & AuthContext<A>

/** The context of a route with auth `A` as far as its own schemas leave it alone. */
export type FactsOf<A> = RequestFacts & AuthContext<A>

/** What the policies in `use` give, each under its key. */
export type GivesOf<U> = { readonly [K in keyof U]: U[K] extends { readonly '~gives'?: infer G | undefined } ? G : never }

/** The statuses that the policies in `use` may answer. */
export type ErrorsOf<U> = U[keyof U] extends { readonly '~err'?: infer E } ? Extract<E, number> : never

/** Policies keyed by name; the key is where what they give is found on the context. */
export type PolicyMap<C> = Readonly<Record<string, Policy<C, unknown, number>>>

/** Policies that need nothing beyond the base context. */
export type GlobalPolicies = PolicyMap<BaseContext>
