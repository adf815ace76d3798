import { z } from 'zod'
import type { BudgetOptions } from './retry.js'
import { type Duration, timerDuration } from './schemas/text.js'

const PERCENTILES = ['p50', 'p90', 'p95', 'p99'] as const

const hedgeKeys = {
  /**
   * How long a response may fail to begin before another target is asked too: a time, or a percentile of the upstream’s latencies in the last
   * minute, from 30 requests on. Default `p95`.
   */
  after: z.union([z.enum(PERCENTILES), timerDuration], 'expected "p50", "p90", "p95", "p99" or a duration such as "80ms"').default('p95'),
  /** Most further attempts of one request, each after the same time. Default 1. */
  max: z.int().min(1).max(3).default(1),
}

/** The hedge options of a route. */
export const routeHedgeSchema = z.strictObject(hedgeKeys)

/** The hedge options of an upstream. */
export const upstreamHedgeSchema = z.strictObject({
  ...hedgeKeys,
  /** How many such attempts there may be, over all routes of the upstream and in each process. */
  budget: z
    .strictObject({
      /** At one time, as a share of the requests under way, and in the long run, as a share of all requests. Default 10. */
      percent: z.int().min(1).max(100).default(10),
      /** At one time that there may always be, as long as the share of all requests is kept. Default 1. */
      minConcurrency: z.int().min(1).max(1_000).default(1),
    })
    .prefault({}),
})

/** Parsed hedge options; milliseconds. */
export type HedgeSettings = z.output<typeof routeHedgeSchema>

/** A percentile of recent latencies. */
export type Percentile = (typeof PERCENTILES)[number]

/**
 * Asks another target too where one is slow to answer, and takes the first good response. Only for idempotent requests (RFC 9110
 * section 9.2.2) without a streamed body, on upstreams with several targets.
 */
export interface HedgeOptions {
  /** How long a response may fail to begin: a time, or a percentile of the upstream’s latencies in the last minute. Default `p95`. */
  readonly after?: Percentile | Duration
  /** Most further attempts of one request. Default 1. */
  readonly max?: number
}

/** The hedge options of an upstream. */
export interface UpstreamHedgeOptions extends HedgeOptions {
  /** Default `{ percent: 10, minConcurrency: 1 }`. */
  readonly budget?: BudgetOptions
}
