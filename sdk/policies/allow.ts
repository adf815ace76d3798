import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'

const options = z.strictObject({
  /** Names the rule in the log. */
  name: z.string().min(1).max(64),
  /** Returns true, or a promise of true, for those who may pass. One that throws answers 500. */
  rule: z.custom<(auth: unknown) => boolean | Promise<boolean>>((value) => typeof value === 'function', 'expected a function'),
  /** `shadow` lets pass whom it would refuse, counts and logs it. Default `enforce`. */
  mode,
})

export const allowDefinition = {
  name: 'allow',
  phase: 'authorize',
  madeBy: 'auth',
  options,
  effects: (): Effects => ({ problems: ['FORBIDDEN'] }),
} as const satisfies PolicyDefinition<'allow'>

/** Decides on what an auth found. */
export type AuthRule<D> = (auth: D) => boolean | Promise<boolean>

/** More on {@link allow}. */
export interface AuthRuleOptions {
  /** `shadow` lets pass whom it would refuse, counts and logs it. Default `enforce`. */
  readonly mode?: Mode
}

/** Lets pass those for whom a rule on `ctx.auth` returns true, or a promise of it; others get 403. Made by any auth. */
export function allow(
  given: AuthRuleOptions & { readonly name: string; readonly rule: unknown },
  caller: (...args: never[]) => unknown,
): Policy<never> {
  return bindPolicy(allowDefinition, given, caller)
}
