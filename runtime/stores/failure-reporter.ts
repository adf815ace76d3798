import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import type { Services } from '../services.js'
import type { StoreFailure } from './store-failure.js'

/** Which store is named in the metric. */
export type ReportingStore = 'limit_store' | 'shared_state' | 'lease_store'

const QUIET_MS = 10_000

/** Counts every failure of the stores on one link, and logs one line per ten seconds however many there are. */
export class FailureReporter {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #count: Services['count']
  #unlogged = 0
  #quietUntil = Number.NEGATIVE_INFINITY
  #warned = false

  constructor(clock: Clock, log: Logger, count: Services['count']) {
    this.#clock = clock
    this.#log = log
    this.#count = count
  }

  /** Reports something that `store` could not do. */
  failed(failure: StoreFailure, store: ReportingStore): void {
    this.#count(`gatewright_${store}_errors_total`, { reason: failure.reason })
    this.#unlogged += 1
    this.trouble(failure)
  }

  /** Reports what cost no request anything, such as a lost connection. */
  trouble({ reason, cause }: StoreFailure): void {
    const now = this.#clock.now()
    if (now < this.#quietUntil) return
    this.#quietUntil = now + QUIET_MS
    this.#warned = true
    this.#log.warn({ err: cause, reason, failures: this.#unlogged }, 'the shared store does not answer as it should')
    this.#unlogged = 0
  }

  /** Reports that it answers; silent if its failing was never logged. */
  recovered(): void {
    if (!this.#warned) return
    this.#warned = false
    this.#log.info({ failures: this.#unlogged }, 'the shared store answers again')
    this.#unlogged = 0
  }
}
