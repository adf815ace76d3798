import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'

const names = z.array(z.string().min(1)).min(1, 'expected at least one consumer')

const options = z
  .strictObject({
    /** The only consumers that may pass, compared exactly; excludes `deny`. */
    allow: names.optional(),
    /** Consumers that may not pass; excludes `allow`. */
    deny: names.optional(),
    /** `shadow` lets pass whom it would refuse, counts and logs it. Default `enforce`. */
    mode,
  })
  .superRefine(({ allow, deny }, ctx) => {
    if ((allow === undefined) === (deny === undefined))
      ctx.addIssue({ code: 'custom', path: ['allow'], message: 'expected either `allow` or `deny`' })
  })

export const consumersDefinition = {
  name: 'consumers',
  phase: 'authorize',
  madeBy: 'apiKey',
  options,
  effects: (): Effects => ({ problems: ['FORBIDDEN'] }),
} as const satisfies PolicyDefinition<'consumers'>

/** Options of {@link consumers}: those who may pass, or those who may not. */
export type ConsumersOptions = {
  /** `shadow` lets pass whom it would refuse, counts and logs it. Default `enforce`. */
  readonly mode?: Mode
} & (
  | {
      /** The only consumers that may pass. */
      readonly allow: readonly string[]
      readonly deny?: undefined
    }
  | {
      /** Consumers that may not pass. */
      readonly deny: readonly string[]
      readonly allow?: undefined
    }
)

/** Lets pass API keys of listed consumers, or of all others; the rest get 403. Made by an `apiKey`. */
export function consumers(given: ConsumersOptions, caller: (...args: never[]) => unknown): Policy<never> {
  return bindPolicy(consumersDefinition, given, caller)
}
