import { z } from 'zod'
import { type AnyAuth, type Auth, bindAuth, type DataOf, type ErrOf } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { authValue } from '../schemas/values.js'

const options = z.strictObject({
  /** The alternatives, as the arguments of the call; at least two. */
  auths: z.array(authValue).min(2, 'expected at least two auths'),
})

/** Parsed options of {@link anyOf}. */
export type AnyOfSettings = z.output<typeof options>

export const anyOfDefinition = {
  name: 'any-of',
  phase: 'authenticate',
  options,
  // What its parts may do is merged from the parts when the gateway loads.
  effects: (): Effects => ({}),
} as const satisfies PolicyDefinition<'any-of'>

/** Accepts any one of several auths; `ctx.auth` is their union, told apart by `kind`. The first whose credential is present and valid wins. */
export function anyOf<const A extends readonly AnyAuth[]>(...auths: A): Auth<DataOf<A[number]>, ErrOf<A[number]>> {
  return bindAuth(anyOfDefinition, { auths }, anyOf) as Auth<DataOf<A[number]>, ErrOf<A[number]>>
}
