import type { BodyMedia } from './body-media.js'
import type { ResolvedComposition } from './compose/resolved-composition.js'
import type { ResolvedConversion } from './convert.js'
import type { DeprecationSettings } from './deprecation.js'
import type { Effects } from './effects.js'
import type { GatewaySettings } from './gateway.js'
import type { HedgeSettings } from './hedge.js'
import type { JsonLimits } from './json-limits.js'
import type { PathSegment } from './path.js'
import type { Phase, PolicyDefinition } from './policy.js'
import type { ResponseCheck } from './response-check.js'
import type { RetrySettings } from './retry.js'
import type { AbortSettings } from './rollout.js'
import type { Method, ResponseSpec } from './route.js'
import type { Stamp } from './stamp.js'
import type { Key, Schema } from './types.js'
import type { TimeoutSettings, UpstreamSettings } from './upstream.js'
import type { WebSocketSettings } from './websocket.js'

/** A policy with its options parsed. */
export interface ResolvedPolicy {
  readonly name: string
  readonly phase: Phase
  readonly settings: unknown
  /** What callers can observe of it on routes of this method. */
  readonly effects: (method: string) => Effects
  readonly definition: PolicyDefinition
  /** The first place it is used, such as `use.flood` or `routes.users.get.use.limit`; the same object has the same identity everywhere. */
  readonly identity: string
}

/** A policy at one place of use. */
export interface PolicyUse {
  readonly key: string
  readonly scope: 'gateway' | 'group' | 'route'
  readonly policy: ResolvedPolicy
}

/** An auth with its options parsed; `parts` are the auths that it combines, in the order in which they are written. */
export interface ResolvedAuth extends ResolvedPolicy {
  readonly parts: readonly ResolvedAuth[]
}

/** An upstream with its options parsed. */
export interface ResolvedUpstream {
  readonly name: string
  readonly settings: UpstreamSettings
}

/** Two upstreams in the place of one. */
export interface ResolvedRollout {
  readonly kind: 'canary' | 'blue-green'
  readonly name: string
  /** `stable` and `canary`, or `blue` and `green`. */
  readonly sides: readonly [ResolvedUpstream, ResolvedUpstream]
  /** Share of the keys on the second side; 0 or 100 without keys. */
  readonly percent: number
  readonly by: Key<never, string> | undefined
  /** Undefined where the second side is not taken back by itself. */
  readonly abortIf: AbortSettings | undefined
}

/** How a route's requests reach one side of its rollout. */
export type ResolvedSide = Pick<ResolvedRoute, 'upstream' | 'retry' | 'hedge' | 'timeouts'>

/** A response that stands in for an upstream's. */
export interface StandInReply {
  readonly status: number
  /** Undefined where there is no body. */
  readonly contentType: string | undefined
  readonly body: string | undefined
}

/** What a route does when its upstream fails. */
export interface ResolvedFallback {
  /** Codes of the problems, and statuses of the upstream, that it stands in for. */
  readonly problems: ReadonlySet<string>
  readonly statuses: ReadonlySet<number>
  readonly upstream: ResolvedUpstream | undefined
  /** For the other upstream. */
  readonly retry: ResolvedRoute['retry']
  readonly hedge: ResolvedRoute['hedge']
  readonly reply: StandInReply | undefined
}

/** One condition of `match`, compiled. */
export interface ResolvedCondition {
  readonly source: 'header' | 'query' | 'cookie'
  readonly name: string
  readonly equals: string | undefined
  readonly pattern: RegExp | undefined
  readonly prefix?: string | undefined
  /** Whether it is there at all, with whatever value. */
  readonly present?: boolean | undefined
  /** The condition also holds where there is no value that matches this. */
  readonly orWithout?: RegExp | undefined
}

/** The version of a route, and where requests name theirs. */
export interface ResolvedVersion {
  readonly version: string
  readonly known: readonly string[]
  /** The version of requests that name none. */
  readonly usual: string | undefined
  /** The media type with `{version}` in it, where `Accept` carries the version. */
  readonly accept: string | undefined
  /** One of the conditions of the route's `match`. */
  readonly condition: ResolvedCondition
}

export interface ResolvedMatch {
  /** Lower-case; a leading `*.` matches one label. */
  readonly host: string | undefined
  readonly conditions: readonly ResolvedCondition[]
}

export type MapFunction = (body: unknown, ctx: unknown) => unknown

/** One route, complete: prefix joined, options parsed, policies of all scopes in order, effects merged. */
export interface ResolvedRoute {
  /** The key path, such as `users.get`. */
  readonly id: string
  readonly keys: readonly string[]
  readonly method: Method
  /** The full template, group prefix included. */
  readonly path: string
  readonly segments: readonly PathSegment[]
  readonly paramNames: readonly string[]
  readonly match: ResolvedMatch | undefined
  readonly version: ResolvedVersion | undefined
  /** Where its requests go; of a composed route, where the first of its calls goes; of a rollout, its first side. */
  readonly upstream: ResolvedUpstream
  /** Undefined where the route has one upstream. */
  readonly rollout: (ResolvedRollout & { readonly ways: readonly [ResolvedSide, ResolvedSide] }) | undefined
  readonly fallback: ResolvedFallback | undefined
  /** Undefined where the route has one upstream. */
  readonly compose: ResolvedComposition | undefined
  readonly auth: ResolvedAuth | undefined
  readonly policies: readonly PolicyUse[]
  /** What the upstream’s balancer keys on. */
  readonly affinity: Key<never, string> | undefined
  /** Problems, headers and security of everything the route runs, the forwarder included. */
  readonly effects: () => Required<Effects>
  /** The gateway's own part of `effects`: what it may answer whatever the policies and the auth are. */
  readonly ownEffects: () => Effects
  readonly params: Schema | undefined
  readonly query: Schema | undefined
  readonly strictQuery: boolean
  readonly headers: Schema | undefined
  readonly cookies: Schema | undefined
  readonly body: Schema | undefined
  /** How the body may travel; never empty. */
  readonly accepts: readonly BodyMedia[]
  /** Undefined where bodies are converted neither way. */
  readonly convert: ResolvedConversion | undefined
  /** The gateway's bounds on JSON in requests. */
  readonly json: JsonLimits
  readonly responses: Readonly<Record<number, ResponseSpec>>
  /** How the upstream's responses are checked against `responses`. */
  readonly validateResponse: ResponseCheck
  readonly redactSecrets: boolean
  readonly upstreamBody: Schema | undefined
  readonly upstreamResponses: Readonly<Record<number, Schema>>
  readonly mapRequest: MapFunction | undefined
  readonly mapResponse: Readonly<Record<number, MapFunction>>
  /** What becomes of the upstream's statuses; one that is not there stays. */
  readonly mapStatus: Readonly<Record<number, number>>
  readonly upstreamPath: readonly PathSegment[] | undefined
  readonly stripPrefix: string | undefined
  /** Undefined: where the path sent upstream is another than the public one. */
  readonly rewriteLocation: boolean | undefined
  /** Undefined: where the path sent upstream is another than the public one. */
  readonly rewriteCookies: boolean | undefined
  readonly host: 'upstream' | 'preserve'
  readonly encodedSlashes: 'reject' | 'keep'
  readonly bodyLimit: number
  readonly responseLimit: number
  /** The route's timeouts over the upstream's over the defaults; milliseconds. */
  readonly timeouts: { readonly connect: number; readonly headers: number; readonly idle: number; readonly total: number | undefined }
  /** The route's over the upstream's; `false` where nothing is sent twice, undefined where only what is safe anyway is repeated. */
  readonly retry: RetrySettings | false | undefined
  /** The route's over the upstream's; undefined where there is no hedging. */
  readonly hedge: HedgeSettings | undefined
  readonly lifecycle: 'direct' | 'hapi'
  /** Undefined where the route speaks no WebSocket. */
  readonly websocket: WebSocketSettings | undefined
  readonly summary: string | undefined
  readonly description: string | undefined
  readonly tags: readonly string[]
  readonly deprecated: boolean
  /** Undefined where nothing of its end is planned. */
  readonly deprecation: DeprecationSettings | undefined
  readonly internal: boolean
  readonly stamp: Stamp
}

/** A whole gateway, validated: what the runtime runs and the generator prints. */
export interface ResolvedGateway {
  readonly settings: GatewaySettings
  /** Policies of every route; they also run on requests that match none. */
  readonly policies: readonly PolicyUse[]
  readonly routes: readonly ResolvedRoute[]
  readonly upstreams: readonly ResolvedUpstream[]
  readonly stamp: Stamp
}

export type { TimeoutSettings }
