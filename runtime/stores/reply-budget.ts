const TICK_MS = 4
const TICKS = 5

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
 * A budget of 20 ms for each of many replies, on one timer. It counts turns of the event loop in which a reply could have
 * been read, four milliseconds apart, and not the time that passes while this process itself is busy: a burst of requests
 * that holds the loop for 100 ms must not look like a store that is silent for 100 ms.
 */
export class ReplyBudget {
  #pending: Pending[] = []
  #first = 0
  #tick = 0
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
    // Sockets are read between a timer and an immediate: what has arrived by now counts as in time.
    setTimeout(() => setImmediate(() => this.#sweep()), TICK_MS)
  }

  #sweep(): void {
    this.#tick += 1
    let head = this.#pending[this.#first]
    while (head && (head.over || this.#tick - head.since >= TICKS)) {
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
