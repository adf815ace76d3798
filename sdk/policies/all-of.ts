import { z } from 'zod'
import { type AnyAuth, type Auth, bindAuth, type DataOf, type ErrOf } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { authValue } from '../schemas/values.js'

const options = z
  .strictObject({
    /** The auths by name, as the argument of the call; at least two. What each gives is `ctx.auth.<name>`. */
    auths: z.record(z.string().min(1), authValue),
  })
  .superRefine(({ auths }, ctx) => {
    if (Object.keys(auths).length < 2) ctx.addIssue({ code: 'custom', path: ['auths'], message: 'expected at least two auths' })
    if ('kind' in auths) ctx.addIssue({ code: 'custom', path: ['auths', 'kind'], message: '`kind` tells auths apart; choose another name' })
  })

/** Parsed options of {@link allOf}. */
export type AllOfSettings = z.output<typeof options>

export const allOfDefinition = {
  name: 'all-of',
  phase: 'authenticate',
  options,
  // What its parts may do is merged from the parts when the gateway loads.
  effects: (): Effects => ({}),
} as const satisfies PolicyDefinition<'all-of'>

/** What several auths give together, each under its name. */
export type AllOfAuth<A> = { readonly [K in keyof A | 'kind']: K extends 'kind' ? 'allOf' : DataOf<A[K & keyof A]> }

/** Requires several auths together, such as a client certificate and a token; `ctx.auth` holds what each gives, by name. */
export function allOf<const A extends Readonly<Record<string, AnyAuth>>>(
  auths: A & { readonly kind?: never },
): Auth<AllOfAuth<A>, ErrOf<A[keyof A]>> {
  return bindAuth(allOfDefinition, { auths }, allOf) as Auth<AllOfAuth<A>, ErrOf<A[keyof A]>>
}
