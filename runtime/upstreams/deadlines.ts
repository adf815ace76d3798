import type { Clock } from '../clock.js'

/** Something that is over when its time has come. */
export interface Expiring {
  /** On the clock's `now`; moved while it is watched. */
  expiresAt: number
  expire(): void
}

/** Resolution of the deadlines, in milliseconds. */
const TICK_MS = 25

/** Watches many deadlines with one timer: moving one is an assignment, where a timer each would be re-armed on every chunk. */
export class Deadlines {
  readonly #clock: Clock
  readonly #watched = new Set<Expiring>()
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  watch(expiring: Expiring): void {
    this.#watched.add(expiring)
    this.#timer ??= setInterval(() => this.#sweep(), TICK_MS).unref()
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
    for (const expiring of this.#watched) {
      if (expiring.expiresAt > now) continue
      this.#watched.delete(expiring)
      expiring.expire()
    }
  }
}
