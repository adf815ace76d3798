import type { AdaptiveSettings } from '../../../sdk/bulkhead.js'
import type { Clock } from '../../clock.js'

/** Most latencies that are kept of one window. */
const MAX_SAMPLES = 1_000
/** Windows at the lowest limit after which the least latency is taken for outdated. */
const STUCK_WINDOWS = 5

/**
 * A limit of calls in flight that follows latency, by the gradient of Envoy's adaptive concurrency filter: it is multiplied by the least latency over the
 * present one, between 0.5 and 2, and given a headroom of its square root. Moved by the samples themselves, without a timer.
 */
export class GradientLimit {
  readonly #settings: AdaptiveSettings
  readonly #clock: Clock
  readonly #random: () => number
  #samples: number[] = []
  #limit: number
  #least = Number.NaN
  /** The limit to come back to after the measurement under way; undefined while there is none. */
  #deferred: number | undefined
  /** When the window or the measurement began. */
  #since: number
  #measuresAt = 0
  #atLowest = 0

  constructor(settings: AdaptiveSettings, clock: Clock, random: () => number) {
    this.#settings = settings
    this.#clock = clock
    this.#random = random
    this.#limit = settings.min
    this.#deferred = settings.min
    this.#since = clock.now()
  }

  get limit(): number {
    return this.#limit
  }

  /** The least latency in milliseconds; NaN before it was measured. */
  get least(): number {
    return this.#least
  }

  /** Takes the latency of a call that began at `sentAt` and was answered just now. */
  sample(sentAt: number): void {
    const now = this.#clock.now()
    if (this.#deferred !== undefined) this.#measure(sentAt, now, this.#deferred)
    else this.#follow(sentAt, now)
  }

  #measure(sentAt: number, now: number, deferred: number): void {
    const { minRtt } = this.#settings
    // Calls from before were sent under another limit.
    if (sentAt < this.#since) return
    if (this.#samples.push(now - sentAt) < minRtt.requests) return
    this.#least = this.#take()
    this.#deferred = undefined
    this.#limit = deferred
    this.#since = now
    this.#measuresAt = now + minRtt.every * (1 + minRtt.jitter * this.#random())
  }

  #follow(sentAt: number, now: number): void {
    if (this.#samples.length < MAX_SAMPLES) this.#samples.push(now - sentAt)
    if (now - this.#since < this.#settings.window) return
    this.#since = now
    this.#limit = this.#next(this.#take())
    this.#atLowest = this.#limit === this.#settings.min ? this.#atLowest + 1 : 0
    if (now < this.#measuresAt && this.#atLowest < STUCK_WINDOWS) return
    this.#deferred = this.#limit
    this.#limit = this.#settings.min
    this.#atLowest = 0
  }

  #next(latency: number): number {
    const { min, max, buffer } = this.#settings
    const gradient = latency > 0 ? Math.max(0.5, Math.min(2, (this.#least * (1 + buffer)) / latency)) : 2
    const limit = this.#limit * gradient
    return Math.max(min, Math.min(max, Math.floor(limit + Math.sqrt(limit))))
  }

  /** The latency that stands for the samples; begins anew. */
  #take(): number {
    const sorted = this.#samples.sort((one, other) => one - other)
    this.#samples = []
    return sorted[Math.floor(sorted.length * this.#settings.percentile)] as number
  }
}
