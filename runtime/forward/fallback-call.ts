import type { Duplex } from 'node:stream'
import type { Problem } from '../../sdk/index.js'
import type { CompiledFallback, CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Expiring } from '../upstreams/deadlines.js'
import { type OutgoingCall, openCall } from '../upstreams/open-call.js'
import type { UpstreamPool } from '../upstreams/target.js'
import type { CallContext, UpstreamRequest, UpstreamSink } from '../upstreams/upstream-request.js'

/** Most of a failed response that is read, so that its connection can be used again, and the longest that may take; milliseconds. */
const DROPPED_BYTES = 65_536
const DROPPED_MS = 1_000

/** Problems of a call that no upstream had anything of. */
const UNHEARD: ReadonlySet<string> = new Set(['CIRCUIT_OPEN', 'NO_HEALTHY_TARGET', 'UPSTREAM_BUSY', 'UPSTREAM_UNREACHABLE'])

/** What a call with a fallback is made of. */
export interface FallbackParts {
  readonly exchange: GatewayExchange
  readonly route: CompiledRoute
  /** The route's own upstream. */
  readonly pool: UpstreamPool
  readonly fallback: CompiledFallback
  readonly sink: UpstreamSink
  /** Told of the way to the other upstream before it is asked. */
  readonly turned: (route: CompiledRoute) => void
  readonly context: CallContext
  /** The request, made for one upstream. */
  readonly requestFor: (route: CompiledRoute) => UpstreamRequest
}

/** A call that goes to another upstream where the first fails before its response begins. */
export class FallbackCall implements OutgoingCall, UpstreamSink, Expiring {
  expiresAt = Number.POSITIVE_INFINITY
  rosterIndex = -1
  readonly #parts: FallbackParts
  readonly #request: UpstreamRequest
  readonly #first: OutgoingCall
  readonly #startedAt: number
  #second: OutgoingCall | undefined = undefined
  #begun = false
  #dropped = 0

  constructor(parts: FallbackParts) {
    const { route, pool, context, requestFor } = parts
    this.#parts = parts
    this.#request = requestFor(route)
    this.#first = openCall(pool, this.#request, this, context)
    this.#startedAt = context.clock.now()
  }

  get target(): string | undefined {
    return (this.#second ?? this.#first).target
  }

  get attempts(): number {
    return this.#first.attempts + (this.#second?.attempts ?? 0)
  }

  get blocked(): boolean {
    return this.#second === undefined && this.#parts.sink.blocked
  }

  send(): void {
    this.#first.send()
  }

  cancel(): void {
    this.expire()
    this.#second?.cancel()
  }

  /** The first upstream's failed response takes too long to be read to its end. */
  expire(): void {
    this.#parts.context.deadlines.forget(this)
    this.#first.cancel()
  }

  begin(status: number, headers: Buffer[], resume: () => void): boolean {
    if (!this.#parts.fallback.statuses.has(status) || !this.#turn(String(status), true)) {
      this.#begun = true
      return this.#parts.sink.begin(status, headers, resume)
    }
    this.expiresAt = this.#parts.context.clock.now() + DROPPED_MS
    this.#parts.context.deadlines.watch(this)
    return true
  }

  data(chunk: Buffer): boolean {
    if (!this.#second) return this.#parts.sink.data(chunk)
    this.#dropped += chunk.length
    if (this.#dropped > DROPPED_BYTES) this.expire()
    return true
  }

  end(): void {
    if (this.#second) this.#parts.context.deadlines.forget(this)
    else this.#parts.sink.end()
  }

  upgrade(headers: Buffer[], socket: Duplex): void {
    this.#parts.sink.upgrade?.(headers, socket)
  }

  fail(problem: Problem): void {
    if (this.#second) this.#parts.context.deadlines.forget(this)
    else if (!this.#parts.fallback.problems.has(problem.code) || !this.#turn(problem.code, !UNHEARD.has(problem.code)))
      this.#parts.sink.fail(problem)
  }

  /** Goes to the other upstream, where that can still be done and does no harm. */
  #turn(after: string, heard: boolean): boolean {
    const { exchange, route, fallback, sink, turned, context, requestFor } = this.#parts
    const { total } = this.#request.timeouts
    const left = total === undefined ? undefined : total - (context.clock.now() - this.#startedAt)
    if (this.#begun || (heard && !this.#request.idempotent) || this.#request.bodySpent() || (left !== undefined && left <= 0)) return false
    fallback.taken(exchange, 'upstream', after)
    const to: CompiledRoute = { ...route, ...fallback.way, timeouts: { ...route.timeouts, total: left } }
    turned(to)
    this.#second = openCall(fallback.way.pool, requestFor(to), sink, context)
    this.#second.send()
    return true
  }
}
