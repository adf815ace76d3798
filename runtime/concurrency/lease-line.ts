import type { Lease } from '../stores/lease-store.js'
import type { Waiter } from './wait-in-line.js'

/** How often a line asks whether another process has given a slot back. */
const ASK_MS = 50

/** Those who wait for one key. */
interface Line {
  readonly waiting: Set<Waiter<Lease>>
  /** Ends the pause before the next question. */
  wake: () => void
}

/**
 * Requests of this process that wait for shared slots, by key, first come first served. One question is asked for all of a line at a time:
 * when a slot is given back here, and every 50 ms.
 */
export class LeaseLine {
  readonly #take: (key: string) => Promise<Lease | undefined>
  readonly #askMs: number
  readonly #lines = new Map<string, Line>()

  constructor(take: (key: string) => Promise<Lease | undefined>, askMs = ASK_MS) {
    this.#take = take
    this.#askMs = askMs
  }

  /** Whether somebody waits: who comes now must not overtake them. */
  isLong(key: string): boolean {
    return (this.#lines.get(key)?.waiting.size ?? 0) > 0
  }

  /** Waits for a slot; returns how to stop waiting. Undefined if `most` wait already. */
  wait(key: string, most: number, waiter: Waiter<Lease>): (() => void) | undefined {
    const line = this.#lines.get(key) ?? this.#open(key)
    if (line.waiting.size >= most) return undefined
    line.waiting.add(waiter)
    return () => void line.waiting.delete(waiter)
  }

  /** Asks at once: a slot was given back. */
  wake(key: string): void {
    this.#lines.get(key)?.wake()
  }

  #open(key: string): Line {
    const line: Line = { waiting: new Set(), wake: () => undefined }
    this.#lines.set(key, line)
    void this.#serve(key, line)
    return line
  }

  async #serve(key: string, line: Line): Promise<void> {
    const { waiting } = line
    let lease: Lease | undefined
    for (;;) {
      if (!lease) await this.#pause(line)
      if (waiting.size === 0) break
      try {
        lease = await this.#take(key)
      } catch (cause) {
        for (const waiter of waiting) waiter.fail(cause)
        break
      }
      if (lease) this.#admit(waiting, lease)
    }
    this.#lines.delete(key)
  }

  #admit(waiting: Line['waiting'], lease: Lease): void {
    const [first] = waiting
    if (first) {
      waiting.delete(first)
      first.admit(lease)
    } else lease.release()
  }

  #pause(line: Line): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#askMs)
      line.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
