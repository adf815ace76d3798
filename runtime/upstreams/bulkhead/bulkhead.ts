import type { BulkheadSettings } from '../../../sdk/bulkhead.js'
import type { UpstreamSettings } from '../../../sdk/upstream.js'
import type { Clock } from '../../clock.js'
import type { Services } from '../../services.js'
import { GradientLimit } from './gradient-limit.js'

/** A call that asks for a place among those in flight. */
export interface Entrant {
  /** When it began to wait; set by the bulkhead. */
  waitsSince: number
  /** Gives it the place it waits for. */
  admit(): void
}

/** What becomes of a call that asks: it goes, it waits to be admitted, or there is no place to wait either. */
export type Entry = 'in' | 'waiting' | 'full'

/** What a bulkhead needs of its surroundings. */
export interface BulkheadDeps extends Pick<Services, 'clock' | 'count'> {
  readonly random: () => number
}

/** Where calls do not wait: an adaptive limit without a bulkhead. */
const UNBOUNDED: BulkheadSettings = { max: Number.POSITIVE_INFINITY, queue: 0, wait: 0, order: 'fifo' }

/** Bounds the calls of one upstream that are in flight; the others wait in a queue that is bounded too. */
export class Bulkhead {
  readonly #upstream: string
  readonly #settings: BulkheadSettings
  readonly #clock: Clock
  readonly #count: Services['count']
  /** Follows the upstream's latency; undefined where the limit is fixed. */
  readonly gradient: GradientLimit | undefined
  readonly #enforced: GradientLimit | undefined
  readonly #queue: Entrant[] = []
  #inFlight = 0
  #admitting = false
  /** Seconds that admitted calls waited, and how many there were. */
  waited = 0
  waits = 0

  constructor(upstream: string, { bulkhead = UNBOUNDED, adaptive }: Pick<UpstreamSettings, 'bulkhead' | 'adaptive'>, deps: BulkheadDeps) {
    this.#upstream = upstream
    this.#settings = bulkhead
    this.#clock = deps.clock
    this.#count = deps.count
    this.gradient = adaptive && new GradientLimit(adaptive, deps.clock, deps.random)
    this.#enforced = adaptive?.mode === 'enforce' ? this.gradient : undefined
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get queued(): number {
    return this.#queue.length
  }

  /** Longest wait of a call, in milliseconds. */
  get wait(): number {
    return this.#settings.wait
  }

  /** Most calls in flight at the moment. */
  get limit(): number {
    const { max } = this.#settings
    return this.#enforced ? Math.min(max, this.#enforced.limit) : max
  }

  /** Asks for a place; one that is given is left with {@link leave}, a wait is ended with {@link withdraw}. */
  enter(entrant: Entrant): Entry {
    if (this.#inFlight < this.limit && this.#queue.length === 0) {
      this.#inFlight++
      return 'in'
    }
    if (this.#queue.length >= this.#settings.queue) {
      this.#refused('full')
      return 'full'
    }
    entrant.waitsSince = this.#clock.now()
    this.#queue.push(entrant)
    return 'waiting'
  }

  /** A call that was in is over. */
  leave(): void {
    this.#inFlight--
    // A call that ends as soon as it is admitted comes back here: the loop outside goes on with the next.
    if (this.#admitting) return
    this.#admitting = true
    try {
      while (this.#queue.length > 0 && this.#inFlight < this.limit) this.#admitNext()
    } finally {
      this.#admitting = false
    }
  }

  /** Ends the wait of a call: `late` if it waited too long, else since nobody wants it any more. */
  withdraw(entrant: Entrant, late: boolean): void {
    const at = this.#queue.indexOf(entrant)
    if (at >= 0) this.#queue.splice(at, 1)
    if (late) this.#refused('waited')
  }

  #admitNext(): void {
    const next = (this.#settings.order === 'fifo' ? this.#queue.shift() : this.#queue.pop()) as Entrant
    this.#inFlight++
    this.waits++
    this.waited += (this.#clock.now() - next.waitsSince) / 1_000
    next.admit()
  }

  #refused(reason: 'full' | 'waited'): void {
    this.#count('gatewright_upstream_refusals_total', { upstream: this.#upstream, reason })
  }
}

/** The bulkhead of an upstream; undefined where nothing bounds its calls. */
export function createBulkhead(upstream: string, settings: UpstreamSettings, deps: BulkheadDeps): Bulkhead | undefined {
  return settings.bulkhead || settings.adaptive ? new Bulkhead(upstream, settings, deps) : undefined
}
