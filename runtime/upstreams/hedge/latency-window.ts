import type { Clock } from '../../clock.js'

/** Upper bounds of the buckets: from 0.5 ms, each 10 % above the last, to above two minutes. */
const FIRST = 0.5
const GROWTH = Math.log(1.1)
const BUCKETS = 132
/** A half of the window; what is older than two halves is forgotten. */
const HALF_MS = 30_000
/** Fewest latencies that a percentile is told from. */
const ENOUGH = 30

function bucketOf(ms: number): number {
  return ms <= FIRST ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / FIRST) / GROWTH))
}

/** Percentiles of the latencies of the last 30 to 60 seconds, up to 10 % too high. */
export class LatencyWindow {
  readonly #clock: Clock
  #current = new Uint32Array(BUCKETS)
  #previous = new Uint32Array(BUCKETS)
  #since: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#since = clock.now()
  }

  /** Adds a latency in milliseconds. */
  record(ms: number): void {
    this.#turn()
    const bucket = bucketOf(ms)
    this.#current[bucket] = (this.#current[bucket] as number) + 1
  }

  /** The latency that `share` of the requests stay below, in milliseconds; undefined while there are too few. */
  percentile(share: number): number | undefined {
    this.#turn()
    let count = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) count += this.#at(bucket)
    if (count < ENOUGH) return undefined
    let left = Math.ceil(count * share)
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#at(bucket)
      if (left <= 0) return FIRST * Math.exp(bucket * GROWTH)
    }
    return undefined
  }

  #at(bucket: number): number {
    return (this.#current[bucket] as number) + (this.#previous[bucket] as number)
  }

  #turn(): void {
    const halves = Math.floor((this.#clock.now() - this.#since) / HALF_MS)
    if (halves === 0) return
    const old = this.#previous.fill(0)
    this.#previous = halves === 1 ? this.#current : old
    this.#current = halves === 1 ? old : this.#current.fill(0)
    this.#since += halves * HALF_MS
  }

  close(): void {}
}
