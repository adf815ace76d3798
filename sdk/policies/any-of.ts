import { z } from 'zod'
import { type AnyAuth, type Auth, bindAuth } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'

const options = z.strictObject({
  /** The alternatives, as the arguments of the call; at least two. */
  auths: z
    .array(
      z.custom<AnyAuth>(
        (value) => typeof value === 'object' && value !== null && 'definition' in value,
        'expected an auth such as jwt({ … })',
      ),
    )
    .min(2, 'expected at least two auths'),
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

type DataOf<A> = A extends { readonly '~auth'?: infer D } ? Exclude<D, undefined> : never
type ErrOf<A> = A extends { readonly '~err'?: infer E } ? Extract<E, number> : never

/** Accepts any one of several auths; `ctx.auth` is their union, told apart by `kind`. The first whose credential is present and valid wins. */
export function anyOf<const A extends readonly AnyAuth[]>(...auths: A): Auth<DataOf<A[number]>, ErrOf<A[number]>> {
  return bindAuth(anyOfDefinition, { auths }, anyOf) as Auth<DataOf<A[number]>, ErrOf<A[number]>>
}
