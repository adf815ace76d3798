import type { Duplex } from 'node:stream'
import { Problem } from '../../../sdk/index.js'
import type { Expiring } from '../deadlines.js'
import { UpstreamCall } from '../send.js'
import type { UpstreamPool } from '../target.js'
import type { CallContext, UpstreamRequest, UpstreamSink } from '../upstream-request.js'
import type { Bulkhead, Entrant } from './bulkhead.js'

/** Statuses that come sooner than an answer would: their latency says nothing of the upstream's capacity. */
const FAILED: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** A call that is sent once its upstream's bulkhead has a place for it, and leaves the place when it is over. */
export class GatedCall implements UpstreamSink, Entrant, Expiring {
  expiresAt = Number.POSITIVE_INFINITY
  rosterIndex = -1
  waitsSince = 0
  readonly #bulkhead: Bulkhead
  readonly #sink: UpstreamSink
  readonly #context: CallContext
  readonly #call: UpstreamCall
  #place: 'none' | 'waiting' | 'in' = 'none'
  #sentAt = 0

  constructor(pool: UpstreamPool, bulkhead: Bulkhead, request: UpstreamRequest, sink: UpstreamSink, context: CallContext) {
    this.#bulkhead = bulkhead
    this.#sink = sink
    this.#context = context
    this.#call = new UpstreamCall(pool, request, this, context)
  }

  get target(): string | undefined {
    return this.#call.target
  }

  get attempts(): number {
    return this.#call.attempts
  }

  get blocked(): boolean {
    return this.#sink.blocked
  }

  send(): void {
    const entry = this.#bulkhead.enter(this)
    if (entry === 'in') this.#go()
    else if (entry === 'full') this.#refuse('The upstream’s queue is full.')
    else {
      this.#place = 'waiting'
      this.expiresAt = Math.min(this.waitsSince + this.#bulkhead.wait, this.#call.endsAt)
      this.#context.deadlines.watch(this)
    }
  }

  admit(): void {
    this.#context.deadlines.forget(this)
    this.#go()
  }

  expire(): void {
    if (this.#place !== 'waiting') return
    this.#place = 'none'
    this.#bulkhead.withdraw(this, true)
    this.#refuse('No place came free at the upstream in time.')
  }

  cancel(): void {
    if (this.#place === 'waiting') {
      this.#place = 'none'
      this.#context.deadlines.forget(this)
      this.#bulkhead.withdraw(this, false)
      return
    }
    this.#call.cancel()
    this.#leave()
  }

  begin(status: number, headers: Buffer[], resume: () => void): boolean {
    if (!FAILED.has(status)) this.#bulkhead.gradient?.sample(this.#sentAt)
    return this.#sink.begin(status, headers, resume)
  }

  data(chunk: Buffer): boolean {
    return this.#sink.data(chunk)
  }

  end(): void {
    this.#leave()
    this.#sink.end()
  }

  /** From here on the connection is a tunnel's. */
  upgrade(headers: Buffer[], socket: Duplex): void {
    this.#leave()
    this.#sink.upgrade?.(headers, socket)
  }

  fail(problem: Problem): void {
    if (problem.code === 'UPSTREAM_TIMED_OUT') this.#bulkhead.gradient?.sample(this.#sentAt)
    this.#leave()
    this.#sink.fail(problem)
  }

  #go(): void {
    this.#place = 'in'
    this.#sentAt = this.#context.clock.now()
    try {
      this.#call.send()
    } catch (cause) {
      this.cancel()
      this.#sink.fail(cause instanceof Problem ? cause : new Problem('INTERNAL', { cause }))
    }
  }

  #leave(): void {
    if (this.#place !== 'in') return
    this.#place = 'none'
    this.#bulkhead.leave()
  }

  #refuse(detail: string): void {
    this.#sink.fail(new Problem('UPSTREAM_BUSY', { detail, headers: ['Retry-After', '1'] }))
  }
}
