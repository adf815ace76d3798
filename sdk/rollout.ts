import { z } from 'zod'
import { type Duration, duration } from './schemas/text.js'
import { keyValue } from './schemas/values.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'
import type { BaseContext, Key } from './types.js'
import type { Upstream } from './upstream.js'

const rolloutName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'expected a name of letters, digits, ".", "_" or "-"')

/** When a canary is taken back. */
export const abortSchema = z.strictObject({
  /** Share of the canary's requests in the window that may fail; above it, everything goes to `stable`. Above 0, below 1. Default 0.05. */
  errorRatio: z.number().gt(0).lt(1).default(0.05),
  /** Fewest requests of the canary in the window for the ratio to mean anything. Default 50. */
  minRequests: z.int().min(1).max(1_000_000).default(50),
  /** What the ratio is taken over, in ten parts. Default `1m`. */
  window: duration.refine((ms) => ms > 0, 'expected a duration above 0').prefault('1m'),
  /** `stable`: the ratio may be that much above the one of `stable` in the same time; `nothing`: above 0. Default `nothing`. */
  over: z.enum(['nothing', 'stable']).default('nothing'),
})

/** The options of {@link rollout} with a canary; its upstreams are resolved on their own. */
export const canarySchema = z.strictObject({
  /** Name for the admin listener and the metrics; callers are spread by it too. Default: that of `stable`. */
  name: rolloutName.optional(),
  /** The upstream that serves everyone else. */
  stable: z.unknown(),
  /** The upstream that serves the share; it serves the same as `stable`. */
  canary: z.unknown(),
  /** Share of the keys that the canary serves: 0 to 100. */
  percent: z.number().min(0).max(100),
  /**
   * What keeps a caller on one side, such as `ip` or `header('x-tenant')`. An empty key is on the side of `stable` until `percent` is 100. Default: the
   * `affinity` of each route, which may read what its auth found.
   */
  by: keyValue.optional(),
  /** When the canary is taken back, by itself; `false`: never. `{}` takes the defaults. Default: on. */
  abortIf: z.union([z.literal(false), abortSchema], 'expected false or { errorRatio, minRequests, window, over }').prefault({}),
})

/** The options of {@link rollout} with two upstreams of which one is active; they are resolved on their own. */
export const blueGreenSchema = z.strictObject({
  /** Name for the admin listener and the metrics. Default: that of `blue`. */
  name: rolloutName.optional(),
  blue: z.unknown(),
  green: z.unknown(),
  /** The side that serves every new request. */
  active: z.enum(['blue', 'green']),
})

/** When a canary is taken back. */
export interface AbortOptions {
  /** Share of the canary's requests in the window that may fail. Default 0.05. */
  readonly errorRatio?: number
  /** Fewest requests of the canary in the window for the ratio to mean anything. Default 50. */
  readonly minRequests?: number
  /** What the ratio is taken over. Default `1m`. */
  readonly window?: Duration
  /** `stable`: `errorRatio` is how far the canary's may be above that of `stable`. Default `nothing`: above 0. */
  readonly over?: 'nothing' | 'stable'
}

/** Parsed {@link AbortOptions}; the window in milliseconds. */
export type AbortSettings = z.output<typeof abortSchema>

// biome-ignore lint/suspicious/noExplicitAny: an upstream of any name
type Side = Upstream<any>

/** A share of the callers on another upstream. */
export interface CanaryOptions {
  /** Name for the admin listener and the metrics; callers are spread by it too. Default: that of `stable`. */
  readonly name?: string
  /** The upstream that serves everyone else. */
  readonly stable: Side
  /** The upstream that serves the share; it serves the same as `stable`. */
  readonly canary: Side
  /** Share of the keys that the canary serves: 0 to 100. */
  readonly percent: number
  /**
   * What keeps a caller on one side, such as `ip` or `header('x-tenant')`. An empty key is on the side of `stable` until `percent` is 100. Default: the
   * `affinity` of each route, such as `session.key(…)`.
   */
  readonly by?: Key<BaseContext, string>
  /** When the canary is taken back, by itself; `false`: never. Default: when more than 5 % of at least 50 requests in a minute fail. */
  readonly abortIf?: AbortOptions | false
}

/** Two upstreams that serve the same, of which one is active. */
export interface BlueGreenOptions {
  /** Name for the admin listener and the metrics. Default: that of `blue`. */
  readonly name?: string
  readonly blue: Side
  readonly green: Side
  /** The side that serves every new request. */
  readonly active: 'blue' | 'green'
}

/** Two upstreams in the place of one. */
export interface Rollout {
  readonly '~rollout': true
  readonly options: CanaryOptions | BlueGreenOptions
  readonly [STAMP]: Stamp
}

/**
 * Sends a share of the callers to a canary, each always to the same side, and takes it back by itself when it fails; or, with `blue` and `green`, all to
 * the one that is active. It stands in the `upstream` of any number of routes; names are unique within a gateway.
 */
export function rollout(options: CanaryOptions | BlueGreenOptions): Rollout {
  return Object.freeze({ '~rollout': true as const, options, [STAMP]: stampOf(rollout) })
}
