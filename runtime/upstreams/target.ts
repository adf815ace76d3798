import type { Dispatcher } from 'undici'
import type { TargetBonds } from './balance/target-bonds.js'
import type { Breakers } from './breaker/breakers.js'
import type { Bulkhead } from './bulkhead/bulkhead.js'
import type { UpstreamTls } from './tls/upstream-tls.js'

/** One place where an upstream is served, with its connections and state. */
export interface Target {
  /** As configured, without a trailing slash: `http://10.0.0.1:4001/base`, or `unix:/run/app.sock`. */
  readonly url: string
  /** Scheme, host and port; of a Unix socket, `http` and what `Host` says. */
  readonly origin: URL
  /** What the `Host` header says: `10.0.0.1:4001`. */
  readonly authority: string
  /** Name for the TLS handshake; undefined for plain HTTP and IP addresses. Given with each request, since undici would take it from `Host`. */
  readonly servername: string | undefined
  /** What its connections trust and show; undefined for Node's defaults. */
  readonly tls?: UpstreamTls | undefined
  /** Address that is connected to, where `origin` has a name that was asked for already. */
  readonly address?: string | undefined
  /** Path of its Unix socket. */
  readonly socketPath?: string | undefined
  /** Connects to addresses of the public internet only. */
  readonly denyPrivate?: boolean
  /** Path put before the request's: empty or `/base`. */
  readonly basePath: string
  /** Share of the requests relative to the other targets; less than configured while it starts slowly. */
  weight: number
  /** Targets of the lowest number are used first. */
  priority: number
  /** What requests may choose it by. */
  labels: Readonly<Record<string, string>>
  readonly dispatcher: Dispatcher
  /** Requests in flight; the sender counts. */
  active: number
  /** False while its health checks fail. */
  healthy: boolean
}

/** What of a request the choice of its target may depend on. */
export interface ChoiceSubject {
  /** Requests with one key go to one target, where the balancer keys; undefined for a request without one. */
  readonly affinity: string | undefined
  /** The targets that may serve it, by the label that the upstream’s `subset` names; undefined where it says nothing. */
  readonly subset?: string | undefined
  /** What its affinity cookie says; undefined for a request without one. */
  readonly bond?: string | undefined
}

/** How an attempt ended: with a whole response, before a connection was had, in the middle, too late, or because nobody wanted it any more. */
export type AttemptResult = 'response' | 'unreachable' | 'reset' | 'timeout' | 'cancelled' | 'error'

/** Told how each attempt ended, as {@link UpstreamPool.report} is. */
export type AttemptListener = (target: Target, result: AttemptResult, status: number, latency: number) => void

/** Picks one of the usable targets; undefined if the list is empty. */
export interface Balancer {
  pick(usable: readonly Target[], subject?: ChoiceSubject): Target | undefined
  readonly report?: AttemptListener
  /** Forgets what it knows of targets that are not among `members`. */
  retain?(members: ReadonlySet<Target>): void
}

/** An upstream with its targets, balancer and health checks. */
export interface UpstreamPool {
  readonly name: string
  /** Another list after each change. */
  readonly targets: readonly Target[]
  /** The targets, and those that left but still have requests; another list after each change. */
  readonly serving: readonly Target[]
  /** True where targets come and go. */
  readonly discovers: boolean
  isEjected(target: Target): boolean
  /** Decide which attempts go out; undefined where none are configured. */
  readonly breakers: Breakers | undefined
  /** Decides how many calls are in flight; undefined where any number may be. */
  readonly bulkhead: Bulkhead | undefined
  /** What its affinity cookies say; undefined without `sticky`. */
  readonly bonds: TargetBonds | undefined
  /** The target for one request; `except` are those that just failed, avoided while another is usable. */
  pick(except?: Target | readonly Target[], subject?: ChoiceSubject): Target | undefined
  /**
   * Told how each attempt ended. `status` is the response's, 0 where none came; `latency` is from sending to the response's
   * headers, or to the failure, in milliseconds.
   */
  report(target: Target, result: AttemptResult, status: number, latency: number): void
  /** Takes a target out at once, as when its port refuses a connection; only where active checks can bring it back. */
  reportUnreachable(target: Target): void
  /** Longest that {@link warm} is worth waiting for, in milliseconds; undefined for what is usual. */
  readonly warmsWithin: number | undefined
  /** Resolves when targets are known and have been probed once, or with `start: 'wait'` when one is healthy; at once where there is nothing to wait for. */
  warm(): Promise<void>
  close(): Promise<void>
}
