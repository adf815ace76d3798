import { type AuthRule, type AuthRuleOptions, allow } from './policies/allow.js'
import type { Policy, PolicyDefinition } from './policy.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'
import type { BaseContext, Key } from './types.js'

/** A policy on what an auth found; compiles only on routes that have this auth. */
export type AuthPolicy<D> = Policy<{ readonly auth: D } & BaseContext, unknown, 403>

/** A way to authenticate. `D` is what `ctx.auth` becomes; `Err` the statuses it may answer. */
export interface Auth<D, Err extends number = 401 | 503> {
  // A function, so that a `D` with undefined in it comes out of inference whole.
  readonly '~auth'?: (() => D) | undefined
  readonly '~err'?: Err | undefined
  readonly definition: PolicyDefinition
  readonly options: unknown
  readonly [STAMP]: Stamp
  /** A key that reads from this auth; a policy built from it compiles only on routes that have this auth. */
  key<V>(read: (auth: D) => V): Key<{ auth: D }, V>
  /** A policy that lets pass those for whom the rule returns true, and answers others with 403. `name` stands in the log. */
  allow(name: string, rule: AuthRule<D>, options?: AuthRuleOptions): AuthPolicy<D>
}

// biome-ignore lint/suspicious/noExplicitAny: the widest auth
export type AnyAuth = Auth<any, any>

/** What an auth gives. */
export type DataOf<A> = A extends { readonly '~auth'?: (() => infer D) | undefined } ? D : never

/** The statuses that an auth may answer. */
export type ErrOf<A> = A extends { readonly '~err'?: infer E } ? Extract<E, number> : never

/** Binds options to an auth definition. Nothing is validated until the gateway loads. */
export function bindAuth<D>(definition: PolicyDefinition, options: unknown, caller: (...args: never[]) => unknown): Auth<D> {
  return Object.freeze(authOf<D>(definition, options, caller))
}

/** Binds options to an auth definition that offers more than {@link Auth} does. */
export function bindAuthWith<D, M extends object>(
  definition: PolicyDefinition,
  options: unknown,
  methods: M,
  caller: (...args: never[]) => unknown,
): Auth<D> & M {
  return Object.freeze({ ...authOf<D>(definition, options, caller), ...methods })
}

function authOf<D>(definition: PolicyDefinition, options: unknown, caller: (...args: never[]) => unknown): Auth<D> {
  const permit: Auth<D>['allow'] = (name, rule, more) => allow({ ...more, name, rule }, permit) as AuthPolicy<D>
  return {
    definition,
    options,
    [STAMP]: stampOf(caller),
    key: <V>(read: (auth: D) => V): Key<{ auth: D }, V> =>
      Object.freeze({ label: definition.name, needsAuth: true, read: (ctx: { auth: D }) => read(ctx.auth) }),
    allow: permit,
  }
}
