import type { Waiter } from './wait-in-line.js'

/** The slots of one key. */
interface Holder {
  held: number
  readonly waiting: Set<Pick<Waiter<void>, 'admit'>>
}

/** Places that a limited number of requests hold at a time, by key, in this process; a key without any takes no memory. */
export class Slots {
  readonly #limit: number
  readonly #holders = new Map<string, Holder>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes a slot if one is free. */
  take(key: string): boolean {
    const holder = this.#holders.get(key)
    if (!holder) this.#holders.set(key, { held: 1, waiting: new Set() })
    else if (holder.held < this.#limit) holder.held++
    else return false
    return true
  }

  /** Gives a slot back: to whoever waits longest, else to the next who asks. */
  release(key: string): void {
    const holder = this.#holders.get(key)
    if (!holder) return
    const [next] = holder.waiting
    if (next) {
      holder.waiting.delete(next)
      next.admit()
    } else if (--holder.held === 0) this.#holders.delete(key)
  }

  /** Waits for a slot that {@link take} did not give; returns how to stop waiting. Undefined if `most` wait already. */
  wait(key: string, most: number, waiter: Pick<Waiter<void>, 'admit'>): (() => void) | undefined {
    const waiting = this.#holders.get(key)?.waiting
    if (!waiting || waiting.size >= most) return undefined
    waiting.add(waiter)
    return () => void waiting.delete(waiter)
  }

  /** How many keys hold slots. */
  get size(): number {
    return this.#holders.size
  }

  /** There is nothing to close: whoever holds a slot gives it back. */
  close(): void {}
}
