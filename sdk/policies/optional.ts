import { z } from 'zod'
import { type Auth, bindAuth } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { authValue } from '../schemas/values.js'

const options = z.strictObject({
  /** The auth, as the argument of the call; not another `optional`. */
  auth: authValue,
})

/** Parsed options of {@link optional}. */
export type OptionalSettings = z.output<typeof options>

export const optionalDefinition = {
  name: 'optional',
  phase: 'authenticate',
  options,
  // What the auth may do is merged from it when the gateway loads.
  effects: (): Effects => ({}),
} as const satisfies PolicyDefinition<'optional'>

/** Lets callers without a credential pass: `ctx.auth` is then undefined. A credential that is there must hold; else the answer is 401. */
export function optional<D, Err extends number>(auth: Auth<D, Err>): Auth<D | undefined, Err> {
  return bindAuth(optionalDefinition, { auth }, optional) as Auth<D | undefined, Err>
}
