import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { type Cell, needOf, toDecision } from './gcra.js'
import type { LimitDecisions } from './limit-store.js'

const MAX_DENIALS = 100_000

interface Denial {
  readonly at: number
  readonly backlogs: readonly number[]
}

/**
 * Remembers what a shared store said when it refused, so that the same caller is refused again without asking, and never for longer
 * than the store said. Time is counted from when it was asked, before it decided; what others take meanwhile only adds.
 */
export class DenialCache {
  readonly #clock: Clock
  readonly #denials = new LRUCache<string, Denial>({ max: MAX_DENIALS })

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Microseconds on this process's clock. */
  now(): number {
    return Math.floor(this.#clock.now() * 1_000)
  }

  /** The refusal that still holds for a request of `cost`, or undefined where the store has to be asked. */
  find(key: string, windows: readonly Cell[], cost: number): LimitDecisions | undefined {
    const denial = this.#denials.get(key)
    if (!denial) return undefined
    // One more than what has passed for sure: the store's microsecond had begun.
    const elapsed = this.now() - denial.at + 1
    const backlogs = denial.backlogs.map((backlog) => Math.max(0, backlog - elapsed))
    if (windows.some((cell, index) => (backlogs[index] as number) + needOf(cell, cost) > cell.capacity))
      return windows.map((cell, index) => toDecision(false, backlogs[index] as number, cell, cost))
    if (backlogs.every((backlog) => backlog === 0)) this.#denials.delete(key)
    return undefined
  }

  /** Remembers a refusal; `at` is when the store was asked. */
  add(key: string, at: number, backlogs: readonly number[]): void {
    this.#denials.set(key, { at, backlogs })
  }

  /** Forgets a refusal that may no longer hold. */
  forget(key: string): void {
    this.#denials.delete(key)
  }
}
