import type { Clock } from '../clock.js'
import { type Listed, Roster } from '../roster.js'

/** Something that is over when its time has come. */
export interface Expiring extends Listed {
  /** On the clock's `now`; moved while it is watched. */
  expiresAt: number
  expire(): void
}

/** Resolution of the deadlines of upstream calls, in milliseconds. */
const TICK_MS = 25

/** Watches many deadlines with one timer: moving one is an assignment, where a timer each would be re-armed on every chunk. */
export class Deadlines {
  readonly #clock: Clock
  readonly #tickMs: number
  readonly #watched = new Roster<Expiring>()
  #timer: NodeJS.Timeout | undefined
  #sweptAt = 0

  /** `tickMs` is how late an expiry may be noticed, in milliseconds. */
  constructor(clock: Clock, tickMs = TICK_MS) {
    this.#clock = clock
    this.#tickMs = tickMs
  }

  watch(expiring: Expiring): void {
    this.#watched.add(expiring)
    if (this.#timer) return
    this.#sweptAt = this.#clock.now()
    this.#timer = setInterval(() => this.#sweep(), this.#tickMs).unref()
  }

  forget(expiring: Expiring): void {
    this.#watched.delete(expiring)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#watched.clear()
  }

  #sweep(): void {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const now = this.#clock.now()
    const isLate = now - this.#sweptAt > 2 * this.#tickMs
    this.#sweptAt = now
    // What came in while the process was held is still unread, and is read before immediates run.
    if (isLate) setImmediate(() => this.#expireBy(now))
    else this.#expireBy(now)
  }

  #expireBy(now: number): void {
    for (const expiring of this.#watched) {
      if (expiring.expiresAt > now) continue
      this.#watched.delete(expiring)
      expiring.expire()
    }
  }
}
