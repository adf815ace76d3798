import { LRUCache } from 'lru-cache'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { StoredResponse } from './stored-response.js'

/** What a request that waited does next: take the response, ask the upstream for all, or ask for itself alone. */
export type Turn = StoredResponse | Lead | 'alone'

type Waiter = (turn: Turn) => void

/** One request to the upstream that others wait for. */
interface Flight {
  readonly key: string
  readonly waiters: Set<Waiter>
  failures: number
}

/** How long a key whose response could not be shared is not waited for. */
const PASS_MS = 10_000
const MOST_PASSES = 10_000
/** Failures of the upstream after which every waiter asks for itself, rather than one after the other. */
const MOST_FAILURES = 2

/** The part of a request that asks for those who wait; it ends once, however often it is told to. */
export class Lead {
  readonly #flights: Flights
  readonly #flight: Flight
  #over = false

  constructor(flights: Flights, flight: Flight) {
    this.#flights = flights
    this.#flight = flight
  }

  #end(): boolean {
    const ends = !this.#over
    this.#over = true
    return ends
  }

  /** Gives the response to everyone who waits. */
  land(stored: StoredResponse): void {
    if (this.#end()) this.#flights.release(this.#flight, stored)
  }

  /** The response is nobody else's: everyone who waits asks for itself, and for a while nobody waits. */
  disperse(): void {
    if (this.#end()) this.#flights.disperse(this.#flight)
  }

  /**
   * The next who waits leads, since this one left or its call failed.
   * @param failed true if the upstream did not answer; the second time everyone asks for itself
   */
  pass(failed: boolean): void {
    if (!this.#end()) return
    const flight = this.#flight
    if (failed) flight.failures++
    const [next] = flight.failures < MOST_FAILURES ? flight.waiters : []
    if (!next) {
      this.#flights.release(flight, 'alone')
      return
    }
    flight.waiters.delete(next)
    next(new Lead(this.#flights, flight))
  }
}

/** Collapses requests for one missing response into one request to the upstream. */
export class Flights {
  readonly #byKey = new Map<string, Flight>()
  readonly #passes = new LRUCache<string, number>({ maxSize: MOST_PASSES, sizeCalculation: () => 1 })
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** The turn of a request that waits for a flight under way; undefined if there is none. */
  join(key: string, exchange: GatewayExchange): Promise<Turn> | undefined {
    const flight = this.#byKey.get(key)
    return (
      flight &&
      new Promise((resolve) => {
        flight.waiters.add(resolve)
        // A client that leaves waits no longer, and leads nobody.
        exchange.onFinish(() => {
          if (flight.waiters.delete(resolve)) resolve('alone')
        })
      })
    )
  }

  /** Starts a flight; undefined if one is under way, or the key's response could not be shared a moment ago. */
  start(key: string): Lead | undefined {
    if (this.#byKey.has(key) || (this.#passes.get(key) ?? 0) > this.#now()) return undefined
    const flight: Flight = { key, waiters: new Set(), failures: 0 }
    this.#byKey.set(key, flight)
    return new Lead(this, flight)
  }

  disperse(flight: Flight): void {
    this.#passes.set(flight.key, this.#now() + PASS_MS)
    this.release(flight, 'alone')
  }

  release(flight: Flight, turn: StoredResponse | 'alone'): void {
    this.#byKey.delete(flight.key)
    for (const resolve of flight.waiters) resolve(turn)
    flight.waiters.clear()
  }
}
