import type { RequestStep } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { ChoiceReader } from '../forward/choice-reader.js'
import type { PublicCookie } from '../forward/public-cookie.js'
import type { PublicLocation } from '../forward/public-location.js'
import type { RolloutState } from '../rollout/rollout-state.js'
import type { HedgePlan } from '../upstreams/hedge/compile-hedge.js'
import type { RetryPlan } from '../upstreams/retry/compile-retry.js'
import type { UpstreamPool } from '../upstreams/target.js'
import type { CompiledWebSocket } from '../websocket/compile-websocket.js'
import type { GatewayExchange } from './exchange.js'

/** How one status's collected upstream body becomes what the client gets. */
export interface ResponseMapping {
  readonly contentType: string
  /** Returns the new body, or throws a problem; by a promise only where the map is asynchronous. */
  run(exchange: GatewayExchange, body: Buffer, headers: readonly Buffer[]): Buffer | Promise<Buffer>
}

/** How a request reaches the other upstream, and how what that answers is made public. */
export type FallbackWay = Pick<CompiledRoute, 'retry' | 'hedge' | 'chooseBy' | 'deadlineHeader' | 'publicLocation' | 'publicCookie'> & {
  readonly pool: UpstreamPool
}

/** The other upstream of a route, and when it is asked. */
export interface CompiledFallback {
  /** Codes of the problems, and statuses of the upstream, after which it is. */
  readonly problems: ReadonlySet<string>
  readonly statuses: ReadonlySet<number>
  /** What is other than with the route's own upstream. */
  readonly way: FallbackWay
  /** Told of each time. */
  taken(exchange: GatewayExchange, to: 'upstream' | 'reply', after: string): void
}

/** The two sides of a route, and where its rollout stands. */
export interface CompiledRollout {
  readonly state: RolloutState
  /** The route as it is on the side of one exchange; throws what the rollout's key throws. */
  choose(exchange: GatewayExchange): CompiledRoute
}

/** A route ready to run; built once, at load. */
export interface CompiledRoute {
  readonly id: string
  /** The whole definition; undefined for the stand-in that answers what no route matches. */
  readonly source: ResolvedRoute | undefined
  /** Every step before the forwarder, in phase order. */
  readonly steps: readonly RequestStep[]
  /** The `admit` steps alone, for CORS preflights. */
  readonly admitSteps: readonly RequestStep[]
  /** True if a policy of the route answers CORS preflights. */
  readonly answersPreflight: boolean
  /** For `inspect`: what runs, in words. */
  readonly stepNames: readonly string[]
  runResponseSteps(exchange: GatewayExchange, status: number): void
  readonly pool: UpstreamPool | undefined
  /** Undefined where there is one upstream, and on the sides themselves. */
  readonly rollout: CompiledRollout | undefined
  /** Undefined where there is no other upstream. */
  readonly fallback: CompiledFallback | undefined
  readonly lane: 'direct' | 'hapi'
  /** Path and query as sent upstream, without the target's base path. */
  upstreamTarget(exchange: GatewayExchange): string
  /** Makes locations of the upstream public; undefined where they pass as they are. */
  readonly publicLocation: PublicLocation | undefined
  /** Makes cookies of the upstream public; undefined where they pass as they are. */
  readonly publicCookie: PublicCookie | undefined
  /** What of a request the choice of its target depends on; undefined where it depends on none. */
  readonly chooseBy: ChoiceReader | undefined
  readonly preserveHost: boolean
  readonly bodyLimit: number
  readonly responseLimit: number
  /** How failed attempts are repeated; `false` where nothing is sent twice. */
  readonly retry: RetryPlan | false | undefined
  readonly hedge: HedgePlan | undefined
  /** The header that tells the upstream how long the gateway waits. */
  readonly deadlineHeader: string | undefined
  readonly timeouts: { readonly headers: number; readonly idle: number; readonly total: number | undefined }
  /** Undefined where the route speaks no WebSocket. */
  readonly websocket: CompiledWebSocket | undefined
  /** What callers get for a status of the upstream; undefined where every status stays. */
  readonly mapStatus: ReadonlyMap<number, number> | undefined
  readonly mapResponse: ReadonlyMap<number, ResponseMapping> | undefined
  /** Names of query parameters and headers that no log may show, besides those that look secret. */
  readonly secrets: { readonly query: ReadonlySet<string>; readonly headers: ReadonlySet<string> } | undefined
}
