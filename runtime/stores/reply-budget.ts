const TICK_MS = 4
const LATE_MS = 1.5 * TICK_MS
const CALM_TICKS = 5
const TICKS = 12

/** One reply waited for. */
export interface Wait {
  /** Ends the wait; false if its budget was already spent. */
  stop(): boolean
}

class Pending implements Wait {
  readonly since: number
  readonly #onSpent: () => void
  over = false

  constructor(since: number, onSpent: () => void) {
    this.since = since
    this.#onSpent = onSpent
  }

  stop(): boolean {
    if (this.over) return false
    this.over = true
    return true
  }

  spend(): void {
    if (this.stop()) this.#onSpent()
  }
}

/**
 * A budget of 20 ms for each of many replies, on one timer: five ticks of 4 ms in a row. A tick that comes late starts the
 * row again, since this process then held its own event loop, or did not get to run: a burst of requests that does so must
 * not look like a store that is silent. After twelve ticks, late or not, the budget is spent in any case.
 */
export class ReplyBudget {
  #pending: Pending[] = []
  #first = 0
  #tick = 0
  #calmSince = 0
  #running = false

  /** Starts a wait; `onSpent` is called once if it is not stopped in time. */
  start(onSpent: () => void): Wait {
    const wait = new Pending(this.#tick, onSpent)
    this.#pending.push(wait)
    if (!this.#running) this.#run()
    return wait
  }

  #run(): void {
    this.#running = true
    const from = performance.now()
    // Sockets are read between a timer and an immediate: what has arrived by now counts as in time.
    setTimeout(() => setImmediate(() => this.#sweep(from)), TICK_MS)
  }

  #sweep(from: number): void {
    this.#tick += 1
    if (performance.now() - from > LATE_MS) this.#calmSince = this.#tick
    let head = this.#pending[this.#first]
    while (head && (head.over || this.#isSpent(head))) {
      head.spend()
      this.#first += 1
      head = this.#pending[this.#first]
    }
    // Waits end in the order in which they began, so the list is cut only now and then.
    if (!head || this.#first > 1_000) {
      this.#pending = this.#pending.slice(this.#first)
      this.#first = 0
    }
    if (head) this.#run()
    else this.#running = false
  }

  #isSpent({ since }: Pending): boolean {
    return this.#tick - Math.max(since, this.#calmSince) >= CALM_TICKS || this.#tick - since >= TICKS
  }
}
