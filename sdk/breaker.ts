import { z } from 'zod'
import { type Mode, mode } from './schemas/mode.js'
import { type Duration, duration } from './schemas/text.js'

const time = duration.refine((ms) => ms > 0, 'expected a duration above 0')

/** When an upstream's breaker opens and how it closes again. */
export const breakerSchema = z
  .strictObject({
    /** Share of failed attempts in the window at which it opens, from `minRequests` on: above 0, up to 1. Default 0.5. */
    failureRatio: z.number().gt(0).max(1).default(0.5),
    /** Fewest attempts in the window for a ratio to mean anything. Default 20. */
    minRequests: z.int().min(1).max(100_000).default(20),
    /** What the ratios are taken over: the attempts of a time, or a number of the last ones, up to 100,000. Default `10s`. */
    window: z
      .union(
        [
          z
            .int()
            .min(1)
            .max(100_000)
            .transform((count) => ({ count })),
          time.transform((ms) => ({ ms })),
        ],
        'expected a duration such as "10s", or a number of attempts',
      )
      .prefault('10s'),
    /** Failures in a row that open it, whatever the ratios. Default: only the ratios do. */
    failures: z.int().min(1).max(100_000).optional(),
    /** An attempt whose response's headers take longer is slow. Default: none is. */
    slowCall: time.optional(),
    /** Share of slow attempts in the window at which it opens; needs `slowCall`. Default 0.5. */
    slowRatio: z.number().gt(0).max(1).optional(),
    /** Statuses of the upstream that are failures, as are broken connections and timeouts. Default `[500, 502, 503, 504]`. */
    statuses: z.array(z.int().min(400).max(599)).min(1).default([500, 502, 503, 504]),
    /** How long it stays open before it lets attempts through again to see. Default `10s`. */
    open: time.prefault('10s'),
    /** Where given, each opening after a failed try lasts twice as long as the one before, up to this. Default: all last as long as `open`. */
    maxOpen: time.optional(),
    /** Attempts that are let through when that time is over; it closes once all of them were well. Default 1. */
    permitted: z.int().min(1).max(1_000).default(1),
    /** One breaker for the whole upstream, or one for each target, so that the others go on. Default `upstream`. */
    per: z.enum(['upstream', 'target']).default('upstream'),
    /** `shadow` refuses nothing, and counts and logs what it would. Default `enforce`. */
    mode,
  })
  .superRefine(({ slowCall, slowRatio, open, maxOpen, window, minRequests }, ctx) => {
    const wrong = (key: string, message: string) => ctx.addIssue({ code: 'custom', path: [key], message })
    if (slowRatio !== undefined && slowCall === undefined) wrong('slowRatio', 'expected a `slowCall` beside it')
    if (maxOpen !== undefined && maxOpen < open) wrong('maxOpen', 'expected a duration no shorter than `open`')
    if ('count' in window && window.count < minRequests)
      wrong('window', 'expected a number no smaller than `minRequests`, which is never reached')
  })

/** Parsed options of a breaker; durations in milliseconds. */
export type BreakerSettings = z.output<typeof breakerSchema>

/** When the breaker of an upstream opens and how it closes again. */
export interface BreakerOptions {
  /** Share of failed attempts in the window at which it opens, from `minRequests` on. Default 0.5. */
  readonly failureRatio?: number
  /** Fewest attempts in the window for a ratio to mean anything. Default 20. */
  readonly minRequests?: number
  /** What the ratios are taken over: the attempts of a time, or a number of the last ones. Default `10s`. */
  readonly window?: Duration | number
  /** Failures in a row that open it, whatever the ratios. Default: only the ratios do. */
  readonly failures?: number
  /** An attempt whose response's headers take longer is slow. Default: none is. */
  readonly slowCall?: Duration
  /** Share of slow attempts in the window at which it opens; needs `slowCall`. Default 0.5. */
  readonly slowRatio?: number
  /** Statuses of the upstream that are failures, as are broken connections and timeouts. Default `[500, 502, 503, 504]`. */
  readonly statuses?: readonly number[]
  /** How long it stays open before it lets attempts through again to see. Default `10s`. */
  readonly open?: Duration
  /** Where given, each opening after a failed try lasts twice as long as the one before, up to this. Default: all last as long as `open`. */
  readonly maxOpen?: Duration
  /** Attempts that are let through when that time is over; it closes once all of them were well. Default 1. */
  readonly permitted?: number
  /** One breaker for the whole upstream, or one for each target. Default `upstream`. */
  readonly per?: 'upstream' | 'target'
  /** `shadow` refuses nothing, and counts and logs what it would. Default `enforce`. */
  readonly mode?: Mode
}
