import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Rate, rate } from '../schemas/text.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'

const options = z
  .strictObject({
    /** Whose requests are counted together, such as `ip` or `session.key(auth => auth.claims.sub)`. */
    by: keyValue,
    /** The limit for everyone, such as `60/min`. */
    limit: rate.optional(),
    /** Picks a plan; with `limits`. */
    plan: keyValue.optional(),
    /** The limit of each plan. */
    limits: z.record(z.string(), rate).optional(),
    /** Requests admitted at once after a pause. Default: the rate's count. */
    burst: z.int().min(1).max(1_000_000).optional(),
    /** Shares the counter under this name; default: the first place the limiter is used. */
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'expected letters, digits, ".", "_" or "-"')
      .optional(),
    /** When the shared store does not answer in 20 ms: `open` admits (default), `closed` answers 503, `local` counts in this process. */
    onStoreFailure: z.enum(['open', 'closed', 'local']).default('open'),
  })
  .superRefine((given, ctx) => {
    const planned = given.plan !== undefined && given.limits !== undefined
    if (planned === (given.limit !== undefined) || (given.plan === undefined) !== (given.limits === undefined))
      ctx.addIssue({ code: 'custom', path: ['limit'], message: 'expected either `limit`, or `plan` with `limits`' })
    if (given.limits && Object.keys(given.limits).length === 0)
      ctx.addIssue({ code: 'custom', path: ['limits'], message: 'expected at least one plan' })
  })

/** Parsed options of {@link rateLimit}. */
export type RateLimitSettings = z.output<typeof options>

export const rateLimitDefinition = {
  name: 'rate-limit',
  phase: 'limit',
  // A flood of guessed credentials must be counted before anything is spent on checking them.
  phaseOf: ({ by, plan }: RateLimitSettings) => (by.needsAuth || plan?.needsAuth ? 'limit' : 'admit'),
  options,
  effects: (settings: RateLimitSettings): Effects => ({
    problems: settings.onStoreFailure === 'closed' ? ['RATE_LIMITED', 'UNAVAILABLE'] : ['RATE_LIMITED'],
    headers: [
      {
        name: 'RateLimit-Policy',
        description: 'The limits that apply: quota `q` per window `w` in seconds (draft-ietf-httpapi-ratelimit-headers).',
        on: 'any',
      },
      { name: 'RateLimit', description: 'Requests left `r`, and seconds `t` until the quota is whole again.', on: 'any' },
      { name: 'Retry-After', description: 'Seconds after which a request will be admitted.', on: 'problems' },
    ],
  }),
} as const satisfies PolicyDefinition<'rate-limit'>

interface SharedOptions {
  /** Requests admitted at once after a pause. Default: the rate's count. */
  readonly burst?: number
  /** Shares the counter under this name; default: the first place the limiter is used. */
  readonly name?: string
  /** When the shared store does not answer in 20 ms: `open` admits (default), `closed` answers 503, `local` counts in this process. */
  readonly onStoreFailure?: 'open' | 'closed' | 'local'
}

/** One limit for every caller. */
export interface RateLimitOptions<N> extends SharedOptions {
  /** Whose requests are counted together. */
  readonly by: Key<N, string>
  readonly limit: Rate
  readonly plan?: never
  readonly limits?: never
}

/** A limit for each plan; every plan must be listed. */
export interface PlanLimitOptions<N, N2, P extends string> extends SharedOptions {
  /** Whose requests are counted together. */
  readonly by: Key<N, string>
  readonly plan: Key<N2, P>
  readonly limits: Readonly<Record<NoInfer<P>, Rate>>
  readonly limit?: never
}

/** What a limiter gives to later steps. */
export interface RateLimitState {
  /** Requests left before the next is refused. */
  readonly remaining: number
}

/**
 * Admits requests at a steady rate with bursts, by the generic cell rate algorithm (ITU-T I.371); the counter is
 * shared by every process through Redis where the gateway has it. The same limiter used on several routes counts once.
 * A limiter whose key needs no auth runs first of all, in the phase `admit`, so that it also counts what is refused later.
 */
export function rateLimit<N, N2 = unknown, P extends string = string>(
  given: RateLimitOptions<N> | PlanLimitOptions<N, N2, P>,
): Policy<N & N2 & BaseContext, RateLimitState, 429> {
  return bindPolicy(rateLimitDefinition, given, rateLimit) as Policy<N & N2 & BaseContext, RateLimitState, 429>
}
