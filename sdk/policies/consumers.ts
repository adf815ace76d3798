import { z } from 'zod'
import type { AuthPolicy } from '../auth.js'
import type { Effects } from '../effects.js'
import { bindPolicy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'

const names = z.array(z.string().min(1)).min(1, 'expected at least one consumer')

const options = z
  .strictObject({
    /** The only consumers that may pass, compared exactly; excludes `deny`. */
    allow: names.optional(),
    /** Consumers that may not pass; excludes `allow`. */
    deny: names.optional(),
    /** The auth that finds the consumer; taken from the auth. */
    kind: z.enum(['apiKey', 'httpSignature', 'mtls']).default('apiKey'),
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

/** Lets pass listed consumers, or all others; the rest get 403. Made by an `apiKey`, an `httpSignature` or an `mtls`. */
export function consumers(
  given: ConsumersOptions & { readonly kind: z.output<typeof options>['kind'] },
  caller: (...args: never[]) => unknown,
): AuthPolicy<never> {
  return bindPolicy(consumersDefinition, given, caller) as AuthPolicy<never>
}

/** A policy on who calls, `D` being what its auth gives. */
export interface ConsumerRules<D> {
  /** A policy that lets pass only the consumers in `allow`, or all but those in `deny`; others get 403. */
  consumers(options: ConsumersOptions): AuthPolicy<D>
}

/** Makes the policy of an auth of this kind. */
export function consumerRules<D>(kind: z.output<typeof options>['kind']): ConsumerRules<D> {
  const rules: ConsumerRules<D> = { consumers: (given) => consumers({ ...given, kind }, rules.consumers) as AuthPolicy<D> }
  return rules
}
