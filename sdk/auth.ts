import type { PolicyDefinition } from './policy.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'
import type { Key } from './types.js'

/** A way to authenticate. `D` is what `ctx.auth` becomes; `Err` the statuses it may answer. */
export interface Auth<D, Err extends number = 401 | 503> {
  readonly '~auth'?: D | undefined
  readonly '~err'?: Err | undefined
  readonly definition: PolicyDefinition
  readonly options: unknown
  readonly [STAMP]: Stamp
  /** A key that reads from this auth; a policy built from it compiles only on routes that have this auth. */
  key<V>(read: (auth: D) => V): Key<{ auth: D }, V>
}

// biome-ignore lint/suspicious/noExplicitAny: the widest auth
export type AnyAuth = Auth<any, any>

/** Binds options to an auth definition. Nothing is validated until the gateway loads. */
export function bindAuth<D>(definition: PolicyDefinition, options: unknown, caller: (...args: never[]) => unknown): Auth<D> {
  return Object.freeze({
    definition,
    options,
    [STAMP]: stampOf(caller),
    key: <V>(read: (auth: D) => V): Key<{ auth: D }, V> =>
      Object.freeze({ label: definition.name, needsAuth: true, read: (ctx: { auth: D }) => read(ctx.auth) }),
  })
}
