import dns from 'node:dns'
import type * as undici from 'undici'
import type { Clock } from '../clock.js'
import { RenewableDispatcher } from './renewable-dispatcher.js'

/** How old the answer for a name may be before it is asked for again, by the next request; milliseconds. */
const ANSWER_MS = 30_000
/** Shortest time between two changes of pools: a name server that answers with another choice each time must not cost all connections each time. */
const RENEWAL_MS = 60_000

/**
 * The connections to a target that is known by name, renewed where the name points elsewhere. An answer that does not come
 * leaves everything as it is.
 */
export class NamedPool extends RenewableDispatcher<undici.Pool> {
  readonly #host: string
  readonly #clock: Clock
  #addresses: string | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #renewedAt: number

  constructor(host: string, open: () => undici.Pool, clock: Clock) {
    super(open)
    this.#host = host
    this.#clock = clock
    this.#renewedAt = clock.now()
  }

  override dispatch(options: undici.Dispatcher.DispatchOptions, handler: undici.Dispatcher.DispatchHandler): boolean {
    if (this.#clock.now() - this.#askedAt > ANSWER_MS) this.#ask()
    return this.current.dispatch(options, handler)
  }

  #ask(): void {
    this.#askedAt = this.#clock.now()
    dns.lookup(this.#host, { all: true }, (error, addresses) => {
      if (error || addresses.length === 0) return
      const found = addresses
        .map(({ address }) => address)
        .sort()
        .join()
      if (this.#addresses === undefined) this.#addresses = found
      if (found === this.#addresses || this.#clock.now() - this.#renewedAt < RENEWAL_MS || this.current.closed) return
      this.#addresses = found
      this.#renewedAt = this.#clock.now()
      this.renew()
    })
  }
}
