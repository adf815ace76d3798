import type * as undici from 'undici'
import { Dispatcher } from '../undici.js'
import type { UpstreamTls } from './upstream-tls.js'

/**
 * Connections of an upstream whose certificates may change while it runs: requests that come after a change go over new ones,
 * and the old ones end with their last request.
 */
export class SwappedDispatcher extends Dispatcher {
  readonly #tls: UpstreamTls
  readonly #open: () => undici.Dispatcher
  readonly #retiring = new Set<undici.Dispatcher>()
  #context: UpstreamTls['context']
  #current: undici.Dispatcher

  constructor(tls: UpstreamTls, open: () => undici.Dispatcher) {
    super()
    this.#tls = tls
    this.#open = open
    this.#context = tls.context
    this.#current = open()
  }

  override dispatch(options: undici.Dispatcher.DispatchOptions, handler: undici.Dispatcher.DispatchHandler): boolean {
    if (this.#tls.context !== this.#context) this.#swap()
    return this.#current.dispatch(options, handler)
  }

  override async close(): Promise<void> {
    await Promise.all([this.#current, ...this.#retiring].map((dispatcher) => dispatcher.close()))
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.#current, ...this.#retiring].map((dispatcher) => dispatcher.destroy()))
  }

  #swap(): void {
    const old = this.#current
    this.#context = this.#tls.context
    this.#current = this.#open()
    this.#retiring.add(old)
    const forget = () => void this.#retiring.delete(old)
    old.close().then(forget, forget)
  }
}
