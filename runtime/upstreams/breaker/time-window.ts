import type { OutcomeWindow } from './outcome-window.js'

const BUCKETS = 10

/** The attempts of the last `ms` milliseconds, in ten buckets: one leaves the window with its whole bucket, at most a tenth early. */
export class TimeWindow implements OutcomeWindow {
  calls = 0
  failures = 0
  slow = 0
  readonly #bucketMs: number
  readonly #calls = new Uint32Array(BUCKETS)
  readonly #failures = new Uint32Array(BUCKETS)
  readonly #slow = new Uint32Array(BUCKETS)
  #bucket = 0

  constructor(ms: number) {
    this.#bucketMs = ms / BUCKETS
  }

  record(now: number, failed: boolean, slow: boolean): void {
    this.forget(now)
    const at = this.#bucket % BUCKETS
    add(this.#calls, at)
    this.calls++
    if (failed) {
      add(this.#failures, at)
      this.failures++
    }
    if (slow) {
      add(this.#slow, at)
      this.slow++
    }
  }

  /** Leaves out what is too old at `now`, which never goes back. */
  forget(now: number): void {
    this.#advance(Math.floor(now / this.#bucketMs))
  }

  clear(): void {
    this.calls = this.failures = this.slow = 0
    for (const counts of [this.#calls, this.#failures, this.#slow]) counts.fill(0)
  }

  #advance(bucket: number): void {
    if (bucket - this.#bucket >= BUCKETS) this.clear()
    else
      for (let next = this.#bucket + 1; next <= bucket; next++) {
        const at = next % BUCKETS
        this.calls -= take(this.#calls, at)
        this.failures -= take(this.#failures, at)
        this.slow -= take(this.#slow, at)
      }
    this.#bucket = bucket
  }
}

function add(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1
}

function take(counts: Uint32Array, at: number): number {
  const taken = counts[at] as number
  counts[at] = 0
  return taken
}
