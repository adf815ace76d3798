import type { Logger } from 'pino'
import type { CapturedResponse } from '../sdk/index.js'
import type { RevocationList } from './auth/revocation-list.js'
import type { createVerifyToken } from './auth/verify-token.js'
import type { Clock } from './clock.js'
import type { Converters } from './convert/load-converters.js'
import type { FetchOptions } from './forward/fetch-upstream.js'
import type { GatewayExchange } from './pipeline/exchange.js'
import type { LeaseStore } from './stores/lease-store.js'
import type { LimitStore } from './stores/limit-store.js'
import type { SharedState } from './stores/shared-state.js'
import type { Certificates } from './tls/certificates.js'
import type { UpstreamEvent } from './types.js'

/** Something with a life of its own: a pool, a key set, a health checker. */
export interface Resource {
  close(): void | Promise<void>
}

/** Runs a hapi auth strategy on an exchange; resolves to what it found, rejects with what the strategy's `verify` threw. */
export type AuthTest = (exchange: GatewayExchange) => Promise<unknown>

/** Checks a token; `hapi-auth-jwt2` calls it in `verify` mode. Throws a `Problem` to refuse. */
export type VerifyToken = (token: string) => Promise<VerifiedToken>

/** A token whose signature and claims hold. */
export interface VerifiedToken {
  readonly auth: unknown
  /** Epoch milliseconds after which it is no longer valid. */
  readonly expires: number
}

/** What only `jwt` needs; loaded by a gateway that has it. */
export interface JwtParts {
  /** A `hapi-auth-jwt2` strategy in `verify` mode for tokens in `header`. */
  readonly strategy: (key: string, header: string, verify: VerifyToken) => AuthTest
  readonly createVerifyToken: typeof createVerifyToken
}

/** What compilers may use. Built once per gateway; survives reloads. */
export interface Services {
  readonly clock: Clock
  readonly log: Logger
  /** Shared through Redis where the gateway has it, else in this process. */
  readonly limits: LimitStore
  /** Always in this process; the fallback of `onStoreFailure: 'local'`. */
  readonly localLimits: LimitStore
  /** Slots shared through Redis; undefined where the gateway has none. */
  readonly leases: LeaseStore | undefined
  /** Small values shared by every process: replays, nonces, cached responses. */
  readonly shared: SharedState
  /** Tokens that were revoked before they expired. */
  readonly revocations: RevocationList
  /** Sends an exchange's request upstream once more, apart from its client; rejects with a `Problem`. */
  fetchUpstream(exchange: GatewayExchange, options: FetchOptions): Promise<CapturedResponse>
  /** Follows when certificates end. */
  readonly certificates: Certificates
  /** Counts an event for `/metrics`, such as `('gatewright_limit_store_failures_total', { mode: 'open' })`. */
  count(name: string, labels: Readonly<Record<string, string>>): void
  /** Tells the user's `onUpstream` what happened to an upstream. */
  tell(event: UpstreamEvent): void
  /** Takes a target that is gone out of the metrics, whose size would grow with every one that comes. */
  forgetTarget(upstream: string, target: string): void
  /** Adds to a histogram of `/metrics`, in seconds. */
  observe(name: string, labels: Readonly<Record<string, string>>, seconds: number): void
  /** The resource under `key`, created on first use; one that a reload no longer asks for is closed. */
  keep<T extends Resource>(key: string, create: () => T): T
  /** The same for what goes by the shared state: kept as long as that is the same, and not when a reload names another Redis. */
  keepByStore<T extends Resource>(key: string, create: () => T): T
  /** Delays readiness until `task` settles, at most for `within` milliseconds. Default 5,000. */
  warm(task: () => Promise<void>, within?: number): void
  /** The formats that some route converts. */
  readonly converters: Converters
  /** There wherever a route's auth is or has a `jwt`. */
  readonly jwt: JwtParts | undefined
}
