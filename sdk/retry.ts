import { z } from 'zod'
import { type Duration, duration, type Size, size, timerDuration } from './schemas/text.js'
import type { Schema } from './types.js'

const FAILURES = ['connect', 'reset', 'timeout'] as const

const failure = z.union([z.int().min(400).max(599), z.enum(FAILURES)], 'expected a status from 400 to 599, "connect", "reset" or "timeout"')

const retryKeys = {
  /** Most further attempts after the first one. Default 2. */
  attempts: z.int().min(1).max(10).default(2),
  /**
   * What is tried again: statuses, and `connect` (no connection was had), `reset` (it ended before the response began) and
   * `timeout` (the response did not begin in time). Default: `[502, 503, 504, 'connect', 'reset', 'timeout']`.
   */
  on: z
    .array(failure)
    .min(1)
    .default([502, 503, 504, ...FAILURES]),
  /** Longest that one attempt may take until its response begins, connecting included. Default: `timeouts.headers` alone. */
  perTry: duration.optional(),
  /**
   * Also POST, PATCH and other methods that are not idempotent (RFC 9110 section 9.2.2): `with-key` those with an `Idempotency-Key`,
   * `true` all, on routes with a `body` schema. The upstream may then carry out one request twice. Default false.
   */
  nonIdempotent: z.union([z.literal('with-key'), z.boolean()], 'expected "with-key", true or false').default(false),
  /** Request bodies up to this size are kept, to be sent again; with a larger one, a request is not retried once its body is under way. Default `64kb`. */
  replay: size.prefault('64kb'),
  /** The wait before a retry: a random part of `base`, which doubles with each retry, up to `max`. */
  backoff: z
    .strictObject({
      /** Longest wait before the first retry. Default `25ms`. */
      base: timerDuration.prefault('25ms'),
      /** Longest wait before any retry. Default `250ms`. */
      max: timerDuration.prefault('250ms'),
    })
    .refine(({ base, max }) => base <= max, 'expected `base` not to be longer than `max`')
    .prefault({}),
  /**
   * Where no other target is left, a retry waits for as long as the response’s `Retry-After` asks (RFC 9110 section 10.2.3); where that is
   * longer than this, or than the time left, the response is passed on instead. Default `1s`.
   */
  retryAfter: timerDuration.prefault('1s'),
}

/** The retry options of a route. */
export const routeRetrySchema = z.strictObject(retryKeys)

/** The retry options of an upstream. */
export const upstreamRetrySchema = z.strictObject({
  ...retryKeys,
  /** How many retries there may be beside the first attempts, over all routes of the upstream and in each process; `false`: any number. */
  budget: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          /** Retries at one time, as a share of the calls at their first attempt, and in the long run, as a share of all calls. Default 20. */
          percent: z.int().min(1).max(100).default(20),
          /** Retries at one time that there may always be, as long as the share of all calls is kept. Default 3. */
          minConcurrency: z.int().min(1).max(1_000).default(3),
        }),
      ],
      'expected false or { percent, minConcurrency }',
    )
    .prefault({}),
})

/** Parsed retry options; milliseconds and bytes. */
export type RetrySettings = z.output<typeof routeRetrySchema>
/** Parsed budget of retries or hedges. */
export type BudgetSettings = Exclude<z.output<typeof upstreamRetrySchema>['budget'], false>

/** What is tried again: a status, or how an attempt failed before its response began. */
export type RetryCause = number | (typeof FAILURES)[number]

/** How failed attempts at an upstream are repeated. Only requests that may be sent twice are, and never after the first byte to the client. */
export interface RetryOptions {
  /** Most further attempts after the first one. Default 2. */
  readonly attempts?: number
  /**
   * What is tried again: statuses, and `connect` (no connection was had), `reset` (it ended before the response began) and
   * `timeout` (the response did not begin in time). Default: `[502, 503, 504, 'connect', 'reset', 'timeout']`.
   */
  readonly on?: readonly RetryCause[]
  /** Longest that one attempt may take until its response begins, connecting included. Default: `timeouts.headers` alone. */
  readonly perTry?: Duration
  /**
   * Also POST, PATCH and other methods that are not idempotent (RFC 9110 section 9.2.2): `with-key` those with an `Idempotency-Key`,
   * `true` all, on routes with a `body` schema. The upstream may then carry out one request twice. Default false.
   */
  readonly nonIdempotent?: 'with-key' | boolean
  /** Request bodies up to this size are kept, to be sent again. Default `64kb`. */
  readonly replay?: Size
  /** The wait before a retry: a random part of `base` (default `25ms`), which doubles with each retry, up to `max` (default `250ms`). */
  readonly backoff?: { readonly base?: Duration; readonly max?: Duration }
  /** Longest `Retry-After` that is waited for, where no other target is left. Default `1s`. */
  readonly retryAfter?: Duration
}

/** A bound on attempts beside the first ones. */
export interface BudgetOptions {
  /** Their share of the calls at their first attempt, and in the long run of all calls. */
  readonly percent?: number
  /** How many there may always be at one time. */
  readonly minConcurrency?: number
}

/** The retry options of an upstream. */
export interface UpstreamRetryOptions extends RetryOptions {
  /** Retries beside first attempts, over all routes of the upstream: default `{ percent: 20, minConcurrency: 3 }`; `false`: any number. */
  readonly budget?: BudgetOptions | false
}

/** The retry options of a route that streams its request body. */
export interface StreamedRetryOptions extends RetryOptions {
  readonly nonIdempotent?: 'with-key' | false
}

/** The retry options of a route with the body `B`: what is not held whole is not sent twice unless that does no harm. */
export type RetryFor<B> = false | (Schema extends B ? StreamedRetryOptions : RetryOptions)
