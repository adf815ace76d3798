import dns from 'node:dns'
import type * as undici from 'undici'
import type { Clock } from '../clock.js'
import { Dispatcher } from './undici.js'

/** How old the answer for a name may be before it is asked for again, by the next request; milliseconds. */
const ANSWER_MS = 30_000
/** Shortest time between two changes of pools: a name server that answers with another choice each time must not cost all connections each time. */
const RENEWAL_MS = 60_000

/**
 * The connections to a target that is known by name. Where the name points elsewhere, requests go to a new pool, and the old
 * one ends with its last request. An answer that does not come leaves everything as it is.
 */
export class NamedPool extends Dispatcher {
  readonly #host: string
  readonly #open: () => undici.Pool
  readonly #clock: Clock
  readonly #retiring = new Set<undici.Pool>()
  #pool: undici.Pool
  #addresses: string | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #renewedAt: number

  constructor(host: string, open: () => undici.Pool, clock: Clock) {
    super()
    this.#host = host
    this.#open = open
    this.#clock = clock
    this.#pool = open()
    this.#renewedAt = clock.now()
  }

  override dispatch(options: undici.Dispatcher.DispatchOptions, handler: undici.Dispatcher.DispatchHandler): boolean {
    if (this.#clock.now() - this.#askedAt > ANSWER_MS) this.#ask()
    return this.#pool.dispatch(options, handler)
  }

  override async close(): Promise<void> {
    await Promise.all([this.#pool, ...this.#retiring].map((pool) => pool.close()))
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.#pool, ...this.#retiring].map((pool) => pool.destroy()))
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
      if (found === this.#addresses || this.#clock.now() - this.#renewedAt < RENEWAL_MS || this.#pool.closed) return
      this.#addresses = found
      this.#renew()
    })
  }

  #renew(): void {
    const old = this.#pool
    this.#pool = this.#open()
    this.#renewedAt = this.#clock.now()
    this.#retiring.add(old)
    const forget = () => void this.#retiring.delete(old)
    old.close().then(forget, forget)
  }
}
