import type { Auth } from './auth.js'
import type { AnyPolicy, Policy } from './policy.js'
import type { BaseContext } from './types.js'

/** The context of a route with auth `A`: `ctx.auth` exists only where there is one. */
export type ContextOf<A> = BaseContext & (A extends Auth<infer D, infer _E> ? { readonly auth: D } : {})

/** What the policies in `use` give, each under its key. */
export type GivesOf<U> = { readonly [K in keyof U]: U[K] extends { readonly '~gives'?: infer G } ? Exclude<G, undefined> : never }

/** The statuses that the policies in `use` may answer. */
export type ErrorsOf<U> = U[keyof U] extends { readonly '~err'?: infer E } ? Extract<E, number> : never

/** Policies keyed by name; the key is where what they give is found on the context. */
export type PolicyMap<C> = Readonly<Record<string, Policy<C, unknown, number>>>

/** Policies that need nothing beyond the base context. */
export type GlobalPolicies = PolicyMap<BaseContext>

export type AnyPolicyMap = Readonly<Record<string, AnyPolicy>>
