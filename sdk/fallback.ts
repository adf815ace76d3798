import { z } from 'zod'
import type { Schema } from './types.js'
import type { Upstream } from './upstream.js'

/** How a call to an upstream fails, as problems that the gateway would answer. */
export const UPSTREAM_FAILURES = [
  'CIRCUIT_OPEN',
  'NO_HEALTHY_TARGET',
  'UPSTREAM_BUSY',
  'UPSTREAM_UNREACHABLE',
  'UPSTREAM_RESET',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_TIMED_OUT',
] as const

/** A problem that comes of a failed call to an upstream. */
export type UpstreamFailure = (typeof UPSTREAM_FAILURES)[number]

const DEFAULT_WHEN = [...UPSTREAM_FAILURES, 500, 502, 503, 504] as const

/** What a route does when its upstream fails. */
export const fallbackSchema = z
  .strictObject({
    /** The problems, and statuses of the upstream from 500 on, that it stands in for. Default: all of the problems, and 500, 502, 503 and 504. */
    when: z
      .array(
        z.union([z.enum(UPSTREAM_FAILURES), z.int().min(500).max(599)], 'expected a problem of a failed call, or a status from 500 on'),
      )
      .min(1)
      .default([...DEFAULT_WHEN]),
    /**
     * Another upstream that serves the same, a value made by `upstream`: asked first. A request that may not be sent twice goes there only where the first
     * upstream had nothing of it.
     */
    upstream: z.unknown().optional(),
    /** The response that callers get if all else fails; a stale one of the route's `cache` comes before it. */
    reply: z
      .strictObject({
        /** A status that `responses` declares as a schema, `text` or `empty`. */
        status: z.int().min(200).max(599),
        /** Its body, which must match the schema. */
        body: z.unknown().optional(),
      })
      .optional(),
  })
  .refine(({ upstream, reply }) => upstream !== undefined || reply !== undefined, 'expected `upstream`, `reply` or both')

/** Parsed options of a fallback; its upstream is resolved on its own. */
export type FallbackSettings = z.output<typeof fallbackSchema>

/** The replies that a route may fall back to: one of its declared statuses with a body that fits. */
type StandIn<R> = {
  readonly [S in keyof R]: R[S] extends 'empty'
    ? { readonly status: S; readonly body?: undefined }
    : R[S] extends 'text'
      ? { readonly status: S; readonly body: string }
      : R[S] extends Schema
        ? { readonly status: S; readonly body: R[S]['_zod']['input'] }
        : never
}[keyof R]

/** What a route with the responses `R` does when its upstream fails. */
export interface FallbackOptions<R> {
  /** The problems, and statuses of the upstream from 500 on, that it stands in for. Default: all of the problems, and 500, 502, 503 and 504. */
  readonly when?: readonly (UpstreamFailure | number)[]
  /** Another upstream that serves the same: asked first, where the request may be sent twice or the first had nothing of it. */
  // biome-ignore lint/suspicious/noExplicitAny: an upstream of any name
  readonly upstream?: Upstream<any>
  /** The response that callers get if all else fails; a stale one of the route's `cache` comes before it. */
  readonly reply?: StandIn<R>
}
