import type { Logger } from 'pino'
import type { Duration } from '../sdk/index.js'
import type { Clock } from './clock.js'

/** Options of `createGateway`: where it runs, over what the config says. */
export interface GatewayRunOptions {
  /** Overrides `server.host`. */
  readonly host?: string | undefined
  /** Overrides `server.port`; 0 takes a free one. */
  readonly port?: number | undefined
  /** Overrides `admin.port`; 0 takes a free one. */
  readonly adminPort?: number | undefined
  /** Where log lines go; default: standard output. */
  readonly log?: Logger | undefined
  readonly clock?: Clock | undefined
  /** Answers every route from the schemas of its `responses`, without upstreams; policies, auth and validation run as ever. Default false. */
  readonly mock?: boolean | undefined
  /** Told when targets come, go, change their health or are ejected, and when breakers change; right away and not awaited. What it throws is logged. */
  readonly onUpstream?: ((event: UpstreamEvent) => void) | undefined
  /** hapi plugins and routes of the user's own. */
  readonly plugins?: readonly unknown[] | undefined
}

/**
 * Tokens to revoke: those of an issuer with one `jti`, those of one `sub`, or all of them. `before` is in seconds since 1970,
 * default now and never in the future: with `sub` or alone, only tokens issued until then are meant. `keep` says how long the
 * revocation is remembered, default `30d`, at most `3650d`; no token should live longer.
 */
export interface Revocation {
  readonly issuer: string
  readonly jti?: string
  readonly sub?: string
  readonly before?: number
  readonly keep?: Duration
}

/** What a request through `inject` yields. */
export interface InjectResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** What one route runs, in order; for `gatewright routes`. */
export interface RouteInspection {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly upstream: string
  /** True if certificates of the upstream are not verified. */
  readonly unverified: boolean
  /** Steps such as `admit cors`, `authenticate jwt`, `limit rate-limit`, `forward users`. */
  readonly steps: readonly string[]
  readonly lane: 'streamed' | 'buffered' | 'hapi'
}

/** One circuit breaker. */
export interface BreakerInspection {
  readonly upstream: string
  /** The target's URL; absent where one breaker stands for the whole upstream. */
  readonly target?: string
  readonly state: 'closed' | 'open' | 'half-open'
  /** True while it is held by hand. */
  readonly pinned: boolean
}

/** The circuit breakers of a running gateway. */
export interface GatewayBreakers {
  /** Every breaker, in the order of the config; none before the gateway has started. */
  list(): readonly BreakerInspection[]
  /**
   * Holds the breakers of an upstream, or that of one target, `open` or `closed` whatever happens; `auto` lets them work by themselves again, closed
   * at first. Throws the problem NOT_FOUND where there is none.
   */
  set(upstream: string, to: { readonly state: 'open' | 'closed' | 'auto'; readonly target?: string }): void
}

/** Who set the share of a rollout: the config, an operator, or the gateway itself since the canary failed. */
export type RolloutCause = 'config' | 'hand' | 'errors'

/** One rollout: the upstreams of its sides, and which serves how much. */
export type RolloutInspection =
  | {
      readonly kind: 'canary'
      readonly name: string
      readonly stable: string
      readonly canary: string
      /** Share of the keys that the canary serves: 0 to 100. */
      readonly percent: number
      readonly setBy: RolloutCause
      /** The canary's requests in the window of `abortIf`, and how many of them failed; absent where it is `false`. */
      readonly requests?: number
      readonly failed?: number
    }
  | {
      readonly kind: 'blue-green'
      readonly name: string
      readonly blue: string
      readonly green: string
      readonly active: 'blue' | 'green'
      readonly setBy: RolloutCause
    }

/** The rollouts of a running gateway. */
export interface GatewayRollouts {
  /** Every rollout, in the order of the config; none before the gateway has started. */
  list(): readonly RolloutInspection[]
  /**
   * Sets a canary's `percent`, takes it back (`state: 'stable'`), or makes the other side active, for new requests. Throws the problem NOT_FOUND where
   * there is no such rollout, INVALID_REQUEST where it is of the other kind.
   */
  set(name: string, to: { readonly percent: number } | { readonly state: 'stable' } | { readonly active: 'blue' | 'green' }): void
}

/** What happened to a target or a breaker of an upstream, or to the rollout whose canary it is. */
export interface UpstreamEvent {
  readonly upstream: string
  /** The target's URL; undefined where it is about the whole upstream. */
  readonly target: string | undefined
  /** `joined` and `left` are told of targets that are found while the gateway runs. */
  readonly change:
    | 'joined'
    | 'left'
    | 'healthy'
    | 'unhealthy'
    | 'ejected'
    | 'returned'
    | 'breaker-open'
    | 'breaker-half-open'
    | 'breaker-closed'
    | 'rolled-back'
  /** What the probe found, why it was ejected or taken back, in a few words. */
  readonly reason?: string
}

/** A gateway that runs. */
export interface RunningGateway {
  /** Listens and resolves when ready. */
  start(): Promise<void>
  /** Drains and stops: readiness off, `preStop` (skipped with `now`), bounded wait. Resolves to false if requests had to be cut. */
  stop(options?: { readonly now?: boolean }): Promise<boolean>
  /**
   * Validates `config` whole and swaps it in; on a ConfigError the running one stays. Addresses, limits and time limits of the listeners are
   * those of the start; a warning in the log names what differs.
   */
  reload(config: unknown): Promise<void>
  /** One request without a socket. */
  inject(request: {
    readonly method?: string
    readonly url: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string | Uint8Array
  }): Promise<InjectResponse>
  /**
   * Revokes tokens, in every process that shares the gateway's Redis; each `jwt` with `revocation` refuses them from then on.
   * Rejects with the problem INVALID_REQUEST that says what is wrong with the argument, or another if the shared store cannot take it.
   */
  revoke(revocation: Revocation): Promise<void>
  /** The circuit breakers of the upstreams: their states, and by hand open, closed or automatic again; in this process. */
  readonly breakers: GatewayBreakers
  /** The rollouts: their shares, and by hand others; in this process. */
  readonly rollouts: GatewayRollouts
  inspect(): readonly RouteInspection[]
  /** Base URL of the client listener, without a trailing slash. */
  readonly url: string
  /** Base URL of the admin listener; empty if there is none. */
  readonly adminUrl: string
}
