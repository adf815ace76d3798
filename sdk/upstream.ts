import { z } from 'zod'
import { type EjectionOptions, ejectionSchema } from './ejection.js'
import { type HealthOptions, healthSchema } from './health.js'
import { type Duration, duration, httpUrl } from './schemas/text.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'
import { type UpstreamTlsOptions, upstreamTlsSchema } from './upstream-tls.js'

const targetUrl = httpUrl.refine((text) => !text.includes('?'), 'a target has no query')

const target = z.union([
  targetUrl,
  z.strictObject({
    /** Base URL; its path is put before the request's. */
    url: targetUrl,
    /** Share of the requests relative to the other targets: 1 to 1,000. */
    weight: z.int().min(1).max(1_000).default(1),
  }),
])

/** Timeouts of one upstream call; a route may override them. All share one deadline. */
export const timeoutsSchema = z.strictObject({
  /** Opening a connection, TLS included. Default `2s`. */
  connect: duration.optional(),
  /** From the request being sent to the response's headers. Default `30s`. */
  headers: duration.optional(),
  /** Longest silence while a body is under way, in either direction. Default `60s`. */
  idle: duration.optional(),
  /** Whole exchange with the upstream, retries included. Default: none. */
  total: duration.optional(),
})

const options = z.strictObject({
  /** One or more base URLs, such as `http://127.0.0.1:4001`; or `{ url, weight }`. */
  targets: z.array(target).min(1, 'expected at least one target'),
  /**
   * `round-robin` (default): each in turn; `weighted`: smooth weighted round-robin;
   * `least-request`: the better of two random targets by requests in flight over weight.
   */
  balance: z.enum(['round-robin', 'weighted', 'least-request']).default('round-robin'),
  /** Active health checks; without them every target counts as healthy. */
  health: healthSchema.optional(),
  /** Outlier ejection of targets that answer badly, where there are two or more; `false` turns it off. Default: on. */
  ejection: z.union([z.literal(false), ejectionSchema]).prefault({}),
  /** Timeouts of calls to this upstream; a route may override all but `connect`. */
  timeouts: timeoutsSchema.optional(),
  /** TLS with `https` targets. Default: Node's own certificate authorities, no certificate of the gateway's. */
  tls: upstreamTlsSchema.optional(),
  /** Most connections to one target; those that carry a WebSocket are not counted. Default 256. */
  connections: z.int().min(1).max(65_535).default(256),
  /** HTTP/2 (RFC 9113) with targets that choose it in the TLS handshake, HTTP/1.1 with the others; `https:` targets only. Default false. */
  http2: z.boolean().default(false),
  /**
   * Connects to addresses of the public internet only, whatever the targets' names stand for: never to this host, a private
   * network or a cloud's metadata service. Calls that would are answered 502. Default false.
   */
  denyPrivate: z.boolean().default(false),
})

/** The options of {@link upstream}. */
export const upstreamSchema = options.superRefine((given, ctx) => {
  given.targets.forEach((entry, index) => {
    if (!given.http2 || (typeof entry === 'string' ? entry : entry.url).startsWith('https:')) return
    const message = '`http2` needs `https:` targets, since it is agreed on in the TLS handshake'
    ctx.addIssue({ code: 'custom', path: ['targets', index], message, params: { hint: 'use an https URL, or leave `http2` out' } })
  })
  if (given.balance !== 'round-robin') return
  given.targets.forEach((entry, index) => {
    if (typeof entry === 'string' || entry.weight <= 1) return
    ctx.addIssue({
      code: 'custom',
      path: ['targets', index, 'weight'],
      message: `a weight of ${entry.weight} has no effect with \`round-robin\`, which takes each target in turn`,
      params: { hint: 'set `balance: "weighted"` or `balance: "least-request"`' },
    })
  })
})

/** What a user writes for one timeout set. */
export interface TimeoutOptions {
  readonly connect?: Duration
  readonly headers?: Duration
  readonly idle?: Duration
  readonly total?: Duration
}

/** Options of {@link upstream}. */
export interface UpstreamOptions {
  /** One or more base URLs, such as `'http://127.0.0.1:4001'`; a weight is a share of requests, default 1. */
  readonly targets: readonly (string | { readonly url: string; readonly weight?: number })[]
  /** `round-robin` (default), `weighted` (smooth weighted round-robin) or `least-request` (power of two choices). */
  readonly balance?: 'round-robin' | 'weighted' | 'least-request'
  /** Active health checks; without them every target counts as healthy. */
  readonly health?: HealthOptions
  /** Outlier ejection of targets that answer badly, where there are two or more; `false` turns it off. Default: on. */
  readonly ejection?: false | EjectionOptions
  /** Defaults: connect `2s`, headers `30s`, idle `60s`, no total. */
  readonly timeouts?: TimeoutOptions
  /** TLS with `https` targets. Default: Node's own certificate authorities, no certificate of the gateway's. */
  readonly tls?: UpstreamTlsOptions
  /** Most connections to one target; those that carry a WebSocket are not counted. Default 256. */
  readonly connections?: number
  /** HTTP/2 (RFC 9113) with targets that choose it in the TLS handshake, HTTP/1.1 with the others; `https:` targets only. Default false. */
  readonly http2?: boolean
  /**
   * Connects to addresses of the public internet only, whatever the targets' names stand for: never to this host, a private
   * network or a cloud's metadata service. Calls that would are answered 502. Default false.
   */
  readonly denyPrivate?: boolean
}

/** Parsed options of an upstream; durations in milliseconds. */
export type UpstreamSettings = z.output<typeof upstreamSchema>
export type TimeoutSettings = z.output<typeof timeoutsSchema>

/** A named group of targets; branded, so that a route's `upstream` is a value and never a string. */
export interface Upstream<N extends string = string> {
  readonly '~upstream': N
  readonly name: N
  readonly options: UpstreamOptions
  readonly [STAMP]: Stamp
}

/** Declares an upstream: a named group of targets that serve the same thing. Names are unique within a gateway. */
export function upstream<const N extends string>(name: N, options: UpstreamOptions): Upstream<N> {
  return Object.freeze({ '~upstream': name, name, options, [STAMP]: stampOf(upstream) })
}
