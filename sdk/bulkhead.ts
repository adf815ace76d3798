import { z } from 'zod'
import { type Duration, duration } from './schemas/text.js'

/** How many calls an upstream has at once, and where the others wait. */
export const bulkheadSchema = z.strictObject({
  /** Most calls in flight at once; a WebSocket counts until it is open. Default 1,024. */
  max: z.int().min(1).max(1_000_000).default(1_024),
  /** Most calls that wait for one of them to end; more are answered 503. 0 for no waiting. Default 100. */
  queue: z.int().min(0).max(10_000).default(100),
  /** Longest wait; a call that waits longer is answered 503. Default `1s`. */
  wait: duration.prefault('1s'),
  /** Who goes first: `fifo`, the one that waits longest; `lifo`, the last to come, whose client is likeliest to be there still. Default `fifo`. */
  order: z.enum(['fifo', 'lifo']).default('fifo'),
})

/** A limit of calls in flight that follows the upstream's latency: the gradient of Envoy's adaptive concurrency filter. */
export const adaptiveSchema = z
  .strictObject({
    /** `enforce` refuses calls over the limit, or has them wait in the queue of `bulkhead`; `observe` only shows the limit. Default `enforce`. */
    mode: z.enum(['enforce', 'observe']).default('enforce'),
    /** Lowest limit, which also holds while the least latency is measured. Default 3. */
    min: z.int().min(1).max(100_000).default(3),
    /** Highest limit. Default 1,000. */
    max: z.int().min(1).max(100_000).default(1_000),
    /** Time between two looks at the latencies. Default `100ms`. */
    window: duration.refine((ms) => ms > 0, 'expected a duration above 0').prefault('100ms'),
    /** The latency that stands for a window, as a share of its samples: 0.5 is the median. Default 0.5. */
    percentile: z.number().gt(0).lt(1).default(0.5),
    /** Share by which latency may rise over the least before the limit falls. Default 0.25. */
    buffer: z.number().min(0).max(10).default(0.25),
    /** How the least latency, of an upstream that is not busy, is found. */
    minRtt: z
      .strictObject({
        /** Time between two measurements. Default `60s`. */
        every: duration.refine((ms) => ms > 0, 'expected a duration above 0').prefault('60s'),
        /** Share of that time that is added at random, so that gateways do not measure together. Default 0.15. */
        jitter: z.number().min(0).max(1).default(0.15),
        /** Calls that are measured. Default 50. */
        requests: z.int().min(1).max(10_000).default(50),
      })
      .prefault({}),
  })
  .refine(({ min, max }) => min <= max, { path: ['min'], message: 'expected a number no greater than `max`' })

/** Parsed options of a bulkhead; durations in milliseconds. */
export type BulkheadSettings = z.output<typeof bulkheadSchema>

/** Parsed options of an adaptive limit; durations in milliseconds. */
export type AdaptiveSettings = z.output<typeof adaptiveSchema>

/** How many calls an upstream has at once, and where the others wait. */
export interface BulkheadOptions {
  /** Most calls in flight at once. Default 1,024. */
  readonly max?: number
  /** Most calls that wait for one of them to end; more are answered 503. Default 100. */
  readonly queue?: number
  /** Longest wait; a call that waits longer is answered 503. Default `1s`. */
  readonly wait?: Duration
  /** Who goes first: the one that waits longest, or the last to come. Default `fifo`. */
  readonly order?: 'fifo' | 'lifo'
}

/** A limit of calls in flight that follows the upstream's latency. */
export interface AdaptiveOptions {
  /** `enforce` refuses calls over the limit, or has them wait in the queue of `bulkhead`; `observe` only shows the limit. Default `enforce`. */
  readonly mode?: 'enforce' | 'observe'
  /** Lowest limit, which also holds while the least latency is measured. Default 3. */
  readonly min?: number
  /** Highest limit. Default 1,000. */
  readonly max?: number
  /** Time between two looks at the latencies. Default `100ms`. */
  readonly window?: Duration
  /** The latency that stands for a window, as a share of its samples. Default 0.5, the median. */
  readonly percentile?: number
  /** Share by which latency may rise over the least before the limit falls. Default 0.25. */
  readonly buffer?: number
  /** How the least latency is found. Defaults: every `60s`, jitter 0.15, 50 requests. */
  readonly minRtt?: { readonly every?: Duration; readonly jitter?: number; readonly requests?: number }
}
