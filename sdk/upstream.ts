import { z } from 'zod'
import {
  type BalanceOptions,
  balanceIssues,
  consistentHashSchema,
  peakEwmaSchema,
  slowStartSchema,
  stickySchema,
  subsetSchema,
} from './balance.js'
import { type BreakerOptions, breakerSchema } from './breaker.js'
import { type AdaptiveOptions, adaptiveSchema, type BulkheadOptions, bulkheadSchema } from './bulkhead.js'
import { type TargetSource, targetSourceSchema } from './discovery.js'
import { type EjectionOptions, ejectionSchema } from './ejection.js'
import { type HealthOptions, healthSchema } from './health.js'
import { type UpstreamHedgeOptions, upstreamHedgeSchema } from './hedge.js'
import { type UpstreamRetryOptions, upstreamRetrySchema } from './retry.js'
import { type Duration, duration, headerName, timerDuration } from './schemas/text.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'
import { type TargetOptions, targetIssues, targetSchema } from './target.js'
import { type UpstreamTlsOptions, upstreamTlsSchema } from './upstream-tls.js'

/** Timeouts of one upstream call; a route may override them. All share one deadline. */
export const timeoutsSchema = z.strictObject({
  /** Opening a connection, TLS included. Default `2s`. */
  connect: timerDuration.optional(),
  /** From the request being sent to the response's headers. Default `30s`. */
  headers: duration.optional(),
  /** Longest silence while a body is under way, in either direction. Default `60s`. */
  idle: duration.optional(),
  /** Whole exchange with the upstream, retries included. Default: none. */
  total: duration.optional(),
})

/** The name under which Envoy tells upstreams how long it waits. */
const DEADLINE_HEADER = 'x-envoy-expected-rq-timeout-ms'

const EXPECTED_TARGETS = 'expected a list of targets, or a value made by dns, file or discover'

/** How long the start waits for a healthy target, in milliseconds; 0 does not. */
const startSchema = z
  .union(
    [z.enum(['open', 'wait']), z.strictObject({ wait: timerDuration.refine((ms) => ms > 0, 'expected more than 0') })],
    "expected 'open', 'wait' or { wait: '30s' }",
  )
  .transform((given) => (typeof given === 'object' ? given.wait : given === 'wait' ? 30_000 : 0))

const options = z.strictObject({
  /**
   * One or more base URLs, such as `http://127.0.0.1:4001`, or Unix sockets, such as `unix:/run/app.sock`; or `{ url, weight }`. Or where they are found
   * while the gateway runs: `dns(name, { … })`, `file(path)` or `discover(async function* (signal) { … })`, whose options are the ones below without `[]`.
   */
  targets: z.union([z.array(targetSchema).min(1, 'expected at least one target'), targetSourceSchema], EXPECTED_TARGETS),
  /**
   * `wait` holds up the start, and `/readyz` with it, until a target is known and healthy, for 30 s or what `{ wait }` says; `open` for 5 s until
   * each has been looked at once. Default `open`.
   */
  start: startSchema.prefault('open'),
  /**
   * `round-robin` (default): each in turn; `weighted`: smooth weighted round-robin; `random`: by weight;
   * `least-request`: the better of two random targets by requests in flight over weight;
   * `peak-ewma`: the better of two by latency times requests in flight, over weight;
   * `consistent-hash`: one key, the route's `affinity`, to one target.
   */
  balance: z.enum(['round-robin', 'weighted', 'random', 'least-request', 'peak-ewma', 'consistent-hash']).default('round-robin'),
  /** Options of `balance: 'consistent-hash'`. */
  consistentHash: consistentHashSchema.optional(),
  /** Options of `balance: 'peak-ewma'`. */
  peakEwma: peakEwmaSchema.optional(),
  /** Requests of one client go to one target while it is usable, by a cookie of the gateway's own. */
  sticky: stickySchema.optional(),
  /** A request's header says which targets may serve it, by their label. */
  subset: subsetSchema.optional(),
  /** Targets that come later, or come back, get their whole weight step by step. Not with `round-robin`. */
  slowStart: slowStartSchema.optional(),
  /** How far the usable targets of a priority stand in for the others before the next priority helps: 1 to 10. Default 1.4. */
  overprovisioning: z.number().min(1).max(10).default(1.4),
  /** Percent of usable targets of a priority below which requests go to all of them, the unhealthy too; 0 for never. Default 0. */
  panic: z.number().min(0).max(100).default(0),
  /** Active health checks; without them every target counts as healthy. */
  health: healthSchema.optional(),
  /** Outlier ejection of targets that answer badly, where there are two or more; `false` turns it off. Default: on. */
  ejection: z.union([z.literal(false), ejectionSchema]).prefault({}),
  /** Timeouts of calls to this upstream; a route may override all but `connect`. */
  timeouts: timeoutsSchema.optional(),
  /** TLS with `https` targets. Default: verified against Node's own certificate authorities, no certificate of the gateway's. */
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
  /**
   * Tries failed attempts again; `{}` takes the defaults, `false` sends nothing twice. A route may say otherwise. Default: only an idempotent request whose
   * connection ended before its response began is sent once more, and where no connection is had, another target is tried.
   */
  retry: z.union([z.literal(false), upstreamRetrySchema], 'expected false or { attempts, on, … }').optional(),
  /** Asks another target too where one is slow to answer; `{}` takes the defaults. A route may say otherwise. Default: off. */
  hedge: upstreamHedgeSchema.optional(),
  /**
   * Tells the upstream in this header how many milliseconds the gateway still waits; `true` is `x-envoy-expected-rq-timeout-ms`. What
   * a client sends under the name is dropped, but a trusted proxy’s shorter time holds for the whole call. Default: off.
   */
  deadlineHeader: z
    .union([z.literal(true), headerName], 'expected true or a header name')
    .transform((given) => (given === true ? DEADLINE_HEADER : given))
    .optional(),
  /** Stops calling an upstream, or a target, that fails, and tries again after a while; meanwhile calls are answered 503. `{}` takes the defaults. */
  breaker: breakerSchema.optional(),
  /** Bounds the calls in flight, so that a slow upstream holds up its own callers only. `{}` takes the defaults. */
  bulkhead: bulkheadSchema.optional(),
  /** Bounds the calls in flight by what the upstream's latency shows that it can take. `{}` takes the defaults. */
  adaptive: adaptiveSchema.optional(),
})

/** What is wrong with targets that are found by a name. */
function dnsIssues({ targets, http2 }: z.output<typeof options>) {
  if (Array.isArray(targets) || targets.from !== 'dns' || targets.scheme === 'https' || !http2) return []
  return [{ path: ['scheme'], message: '`http2` needs `scheme: "https"`, since it is agreed on in the TLS handshake' }]
}

/** The options of {@link upstream}. */
export const upstreamSchema = options.superRefine((given, ctx) => {
  const { targets } = given
  const flaws = Array.isArray(targets) ? targetIssues(targets, given) : dnsIssues(given)
  const issues = [...flaws.map((issue) => ({ ...issue, path: ['targets', ...issue.path] })), ...balanceIssues(given)]
  for (const { path, message, ...more } of issues) ctx.addIssue({ code: 'custom', path: [...path], message, params: more })
})

/** What a user writes for one timeout set. */
export interface TimeoutOptions {
  readonly connect?: Duration
  readonly headers?: Duration
  readonly idle?: Duration
  readonly total?: Duration
}

/** Options of {@link upstream}. */
export interface UpstreamOptions extends BalanceOptions {
  /**
   * One or more base URLs, such as `'http://127.0.0.1:4001'`, or Unix sockets, such as `'unix:/run/app.sock'`; a weight is a share of
   * requests, default 1; priority 0, the default, is used first. `host` is what `Host` says to a target behind a socket, default `localhost`.
   * Or where they are found while the gateway runs: `dns(name)`, `file(path)`, `discover(async function* (signal) { … })`.
   */
  readonly targets: readonly (string | TargetOptions)[] | TargetSource
  /**
   * `wait` holds up the start, and `/readyz` with it, until a target is known and healthy, for 30 s or what `{ wait }` says; `open` for 5 s until
   * each has been looked at once. Default `open`.
   */
  readonly start?: 'open' | 'wait' | { readonly wait: Duration }
  /** Active health checks; without them every target counts as healthy. */
  readonly health?: HealthOptions
  /** Outlier ejection of targets that answer badly, where there are two or more; `false` turns it off. Default: on. */
  readonly ejection?: false | EjectionOptions
  /** Defaults: connect `2s`, headers `30s`, idle `60s`, no total. */
  readonly timeouts?: TimeoutOptions
  /** TLS with `https` targets. Default: verified against Node's own certificate authorities, no certificate of the gateway's. */
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
  /**
   * Tries failed attempts again; `{}` takes the defaults, `false` sends nothing twice. A route may say otherwise. Default: only an idempotent request whose
   * connection ended before its response began is sent once more, and where no connection is had, another target is tried.
   */
  readonly retry?: UpstreamRetryOptions | false
  /** Asks another target too where one is slow to answer; `{}` takes the defaults. A route may say otherwise. Default: off. */
  readonly hedge?: UpstreamHedgeOptions
  /**
   * Tells the upstream in this header how many milliseconds the gateway still waits; `true` is `x-envoy-expected-rq-timeout-ms`. What
   * a client sends under the name is dropped, but a trusted proxy’s shorter time holds for the whole call. Default: off.
   */
  readonly deadlineHeader?: true | string
  /** Stops calling an upstream, or a target, that fails, and tries again after a while; meanwhile calls are answered 503. */
  readonly breaker?: BreakerOptions
  /** Bounds the calls in flight, so that a slow upstream holds up its own callers only. */
  readonly bulkhead?: BulkheadOptions
  /** Bounds the calls in flight by what the upstream's latency shows that it can take. */
  readonly adaptive?: AdaptiveOptions
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
