const TICK_MS = 4
const TICKS = 5
const LATE_MS = 2 * TICK_MS
const TURNS = 15

/** One reply waited for. */
export interface Wait {
  /** Ends the wait; false if its budget was already spent. */
  stop(): boolean
}

class Pending implements Wait {
  readonly tick: number
  readonly turn: number
  readonly #onSpent: () => void
  over = false

  constructor(tick: number, turn: number, onSpent: () => void) {
    this.tick = tick
    this.turn = turn
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
 * A budget of 20 ms for each of many replies, on one timer. It is counted in ticks of 4 ms, and a tick that comes late does
 * not count: then this process held its own event loop, or did not get to run, and a burst of requests that does so must not
 * look like a store that is silent. After fifteen ticks, late or not, the budget is spent in any case.
 */
export class ReplyBudget {
  #pending: Pending[] = []
  #first = 0
  /** Ticks that came in time, and all of them. */
  #tick = 0
  #turn = 0
  #running = false

  /** Starts a wait; `onSpent` is called once if it is not stopped in time. */
  start(onSpent: () => void): Wait {
    const wait = new Pending(this.#tick, this.#turn, onSpent)
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
    this.#turn += 1
    if (performance.now() - from < LATE_MS) this.#tick += 1
    let head = this.#pending[this.#first]
    while (head && (head.over || this.#tick - head.tick >= TICKS || this.#turn - head.turn >= TURNS)) {
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
}
