import type { Duplex } from 'node:stream'
import type { Problem } from '../../sdk/index.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { UpstreamSink } from '../upstreams/upstream-request.js'
import type { ForwardContext } from './forward.js'

/** Follows one call: the pieces of a body that is streamed to the upstream, and what comes back. It takes no part, must not throw, and may hear of no end. */
export interface Tap {
  sent(chunk: Buffer): void
  /** All of the body has gone by; may be called again. */
  sentAll(): void
  /** The upstream's response, before anything is made of it. */
  begin(status: number, headers: readonly Buffer[]): void
  data(chunk: Buffer): void
  end(): void
  fail(problem: Problem): void
}

/** Who may want to follow calls. */
export interface TapSource {
  /** Called when a request is about to go upstream, whatever the steps before did to it; undefined to let it pass. Must not throw. */
  open(exchange: GatewayExchange, route: CompiledRoute, context: ForwardContext): Tap | undefined
}

/** Those who follow one exchange's call. */
export class Taps {
  readonly #sources: TapSource[] = []
  #open: readonly Tap[] = []

  add(source: TapSource): void {
    this.#sources.push(source)
  }

  /** Lets every source open its tap; the sink to give the call in place of `sink`. */
  follow(exchange: GatewayExchange, route: CompiledRoute, sink: UpstreamSink, context: ForwardContext): UpstreamSink {
    this.#open = this.#sources.flatMap((source) => source.open(exchange, route, context) ?? [])
    return this.#open.length === 0 ? sink : new TappedSink(sink, this.#open)
  }

  sent(chunk: Buffer): void {
    for (const tap of this.#open) tap.sent(chunk)
  }

  sentAll(): void {
    for (const tap of this.#open) tap.sentAll()
  }
}

/** Hands everything on, and lets taps hear it first. */
class TappedSink implements UpstreamSink {
  readonly #sink: UpstreamSink
  readonly #taps: readonly Tap[]

  constructor(sink: UpstreamSink, taps: readonly Tap[]) {
    this.#sink = sink
    this.#taps = taps
  }

  get blocked(): boolean {
    return this.#sink.blocked
  }

  begin(status: number, headers: Buffer[], resume: () => void): boolean {
    for (const tap of this.#taps) tap.begin(status, headers)
    return this.#sink.begin(status, headers, resume)
  }

  data(chunk: Buffer): boolean {
    for (const tap of this.#taps) tap.data(chunk)
    return this.#sink.data(chunk)
  }

  end(): void {
    for (const tap of this.#taps) tap.end()
    this.#sink.end()
  }

  upgrade(headers: Buffer[], socket: Duplex): void {
    this.#sink.upgrade?.(headers, socket)
  }

  fail(problem: Problem): void {
    for (const tap of this.#taps) tap.fail(problem)
    this.#sink.fail(problem)
  }
}
