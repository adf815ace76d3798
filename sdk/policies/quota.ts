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
import { type QuotaRate, quotaRate, timeZone } from '../schemas/quota-rate.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'
import type { RateLimitState } from './rate-limit.js'

const options = z
  .strictObject({
    /** Whose requests are counted together, such as `partner.key(auth => auth.consumer)`. */
    by: keyValue,
    /** The quota for everyone, such as `1000/month`: per calendar hour, day, week (from Monday), month or year. */
    limit: quotaRate.optional(),
    /** Picks a plan; with `limits`. A caller whose plan changes keeps what is used, if both are per the same unit. */
    plan: keyValue.optional(),
    /** The quota of each plan. */
    limits: z.record(z.string(), quotaRate).optional(),
    /** Where the calendar is read, such as `Europe/Berlin`. */
    timeZone: timeZone.default('UTC'),
    /** The day on which a month's quota begins, as on a bill; the last day of a month that has fewer. */
    anchor: z.int().min(1).max(31).default(1),
    /** How many requests one counts as: a whole number, or a key that reads one. More than the quota counts as the whole quota. */
    cost: costOption,
    /** Final statuses whose requests cost nothing, such as `[304, '5xx']`; a request whose client left stays counted. Default: none. */
    refund: refundOption,
    /** Computes what a request cost in the end, from the upstream's status and headers. Default: what it cost at first. */
    settle: settleOption,
    /** Shares the counter under this name; default: the first place the quota is used. */
    name: counterName,
    /** When the shared store does not answer in 20 ms: `open` admits (default), `closed` answers 503, `local` counts in this process. */
    onStoreFailure: onStoreFailureOption.default('open'),
    /** Also sends `X-RateLimit-Limit`, `-Remaining` and `-Reset`, in seconds. */
    legacyHeaders: z.boolean().default(false),
    /** `shadow` counts and logs what it would refuse, and refuses nothing. */
    mode,
  })
  .superRefine((given, ctx) => {
    checkPlans(given, ctx)
    const all = [...(given.limit ? [given.limit] : []), ...Object.values(given.limits ?? {})]
    if (given.anchor !== 1 && all.some(({ unit }) => unit !== 'month'))
      ctx.addIssue({ code: 'custom', path: ['anchor'], message: 'expected quotas per month: `anchor` is a day of the month' })
  })

/** Parsed options of {@link quota}. */
export type QuotaSettings = z.output<typeof options>

export const quotaDefinition = {
  name: 'quota',
  phase: 'limit',
  phaseOf: limiterPhase,
  options,
  effects: (settings: QuotaSettings): Effects => ({
    problems: settings.onStoreFailure === 'closed' ? ['QUOTA_EXCEEDED', 'UNAVAILABLE'] : ['QUOTA_EXCEEDED'],
    headers: limitHeaders(settings.legacyHeaders),
  }),
} as const satisfies PolicyDefinition<'quota'>

interface SharedOptions<N> extends LimiterOptions<N> {
  /** Where the calendar is read, such as `Europe/Berlin`. Default `UTC`. */
  readonly timeZone?: string
  /** The day on which a month's quota begins, as on a bill; the last day of a month that has fewer. Default 1. */
  readonly anchor?: number
}

/** One quota for every caller. */
export interface QuotaOptions<N, C = unknown> extends SharedOptions<C> {
  /** Whose requests are counted together. */
  readonly by: Key<N, string>
  readonly limit: QuotaRate
  readonly plan?: never
  readonly limits?: never
}

/** A quota for each plan; every plan must be listed. */
export interface PlanQuotaOptions<N, N2, P extends string, C = unknown> extends SharedOptions<C> {
  /** Whose requests are counted together. */
  readonly by: Key<N, string>
  readonly plan: Key<N2, P>
  readonly limits: Readonly<Record<NoInfer<P>, QuotaRate>>
  readonly limit?: never
}

/**
 * Admits a number of requests per calendar hour, day, week, month or year of a time zone, whenever in it they come; the counter is
 * shared by every process through Redis where the gateway has it, and survives restarts there. Without Redis each process counts its own.
 * The same quota used on several routes counts once.
 */
export function quota<N, N2 = unknown, P extends string = string, C = unknown>(
  given: QuotaOptions<N, C> | PlanQuotaOptions<N, N2, P, C>,
): Policy<N & N2 & C & BaseContext, RateLimitState, 429> {
  return bindPolicy(quotaDefinition, given, quota) as Policy<N & N2 & C & BaseContext, RateLimitState, 429>
}
