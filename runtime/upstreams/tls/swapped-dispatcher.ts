import type * as undici from 'undici'
import { RenewableDispatcher } from '../renewable-dispatcher.js'
import type { UpstreamTls } from './upstream-tls.js'

/** Connections of an upstream whose certificates may change while it runs: they are renewed with the first request after a change. */
export class SwappedDispatcher extends RenewableDispatcher {
  readonly #tls: UpstreamTls
  #context: UpstreamTls['context']

  constructor(tls: UpstreamTls, open: () => undici.Dispatcher) {
    super(open)
    this.#tls = tls
    this.#context = tls.context
  }

  override dispatch(options: undici.Dispatcher.DispatchOptions, handler: undici.Dispatcher.DispatchHandler): boolean {
    const { context } = this.#tls
    if (context !== this.#context) {
      this.#context = context
      this.renew()
    }
    return this.current.dispatch(options, handler)
  }
}
