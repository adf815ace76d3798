import { z } from 'zod'
import type { Effects } from '../effects.js'
import {
  checkPlans,
  costOption,
  counterName,
  type LimiterOptions,
  limiterPhase,
  limitHeaders,
  onStoreFailureOption,
  refundOption,
  settleOption,
} from '../limits.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { mode } from '../schemas/mode.js'
import { type Rate, type Rates, rates } from '../schemas/text.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'

const options = z
  .strictObject({
    /** Whose requests are counted together, such as `ip` or `session.key(auth => auth.claims.sub)`. */
    by: keyValue,
    /** The limit for everyone, such as `60/min`, or several that all hold, such as `100/min & 10000/day`. */
    limit: rates.optional(),
    /** Picks a plan; with `limits`. */
    plan: keyValue.optional(),
    /** The limit of each plan. */
    limits: z.record(z.string(), rates).optional(),
    /** Requests admitted at once after a pause; of several limits, by the one per shortest unit. Default: the rate's count. */
    burst: z.int().min(1).max(1_000_000).optional(),
    /** How many requests one counts as: a whole number, or a key that reads one. More than the burst counts as the whole burst. */
    cost: costOption,
    /** Final statuses whose requests cost nothing, such as `[304, '5xx']`; a request whose client left stays counted. Default: none. */
    refund: refundOption,
    /** Computes what a request cost in the end, from the upstream's status and headers. Default: what it cost at first. */
    settle: settleOption,
    /** Shares the counter under this name; default: the first place the limiter is used. */
    name: counterName,
    /** When the shared store does not answer in 20 ms: `open` admits (default), `closed` answers 503, `local` counts in this process. */
    onStoreFailure: onStoreFailureOption.default('open'),
    /** Also sends `X-RateLimit-Limit`, `-Remaining` and `-Reset`, in seconds. */
    legacyHeaders: z.boolean().default(false),
    /** `shadow` counts and logs what it would refuse, and refuses nothing. */
    mode,
  })
  .superRefine(checkPlans)

/** Parsed options of {@link rateLimit}. */
export type RateLimitSettings = z.output<typeof options>

export const rateLimitDefinition = {
  name: 'rate-limit',
  phase: 'limit',
  phaseOf: limiterPhase,
  options,
  effects: (settings: RateLimitSettings): Effects => ({
    problems: settings.onStoreFailure === 'closed' ? ['RATE_LIMITED', 'UNAVAILABLE'] : ['RATE_LIMITED'],
    headers: limitHeaders(settings.legacyHeaders),
  }),
} as const satisfies PolicyDefinition<'rate-limit'>

interface SharedOptions<N> extends LimiterOptions<N> {
  /** Requests admitted at once after a pause; of several limits, by the one per shortest unit. Default: the rate's count. */
  readonly burst?: number
}

/** One limit for every caller. */
export interface RateLimitOptions<N, C = unknown> extends SharedOptions<C> {
  /** Whose requests are counted together. */
  readonly by: Key<N, string>
  /** One rate, or several that all hold: a request is admitted by all of them, and counts in all, or in none. */
  readonly limit: Rate | `${Rate} & ${Rate}` | readonly Rate[]
  readonly plan?: never
  readonly limits?: never
}

/** A limit for each plan; every plan must be listed. */
export interface PlanLimitOptions<N, N2, P extends string, C = unknown> extends SharedOptions<C> {
  /** Whose requests are counted together. */
  readonly by: Key<N, string>
  readonly plan: Key<N2, P>
  readonly limits: Readonly<Record<NoInfer<P>, Rates>>
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
 * A limiter whose keys need no auth runs first of all, in the phase `admit`, so that it also counts what is refused later.
 */
export function rateLimit<N, N2 = unknown, P extends string = string, C = unknown>(
  given: RateLimitOptions<N, C> | PlanLimitOptions<N, N2, P, C>,
): Policy<N & N2 & C & BaseContext, RateLimitState, 429> {
  return bindPolicy(rateLimitDefinition, given, rateLimit) as Policy<N & N2 & C & BaseContext, RateLimitState, 429>
}
