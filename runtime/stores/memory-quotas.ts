import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { growingTo } from '../growing-to.js'
import { type QuotaBounds, type QuotaDecision, toQuotaDecision } from './quota.js'

interface Count {
  window: number
  used: number
}

/** What is used of quotas, in this process and in bounded memory. */
export class MemoryQuotas {
  readonly #clock: Clock
  readonly #counts: LRUCache<string, Count>

  constructor(clock: Clock, max: number) {
    this.#clock = clock
    this.#counts = new LRUCache(growingTo(max))
  }

  spend(key: string, limit: number, bounds: QuotaBounds, cost: number): QuotaDecision {
    const [, start, end] = bounds
    let count = this.#counts.get(key)
    if (count?.window !== start) {
      count = { window: start, used: 0 }
      this.#counts.set(key, count)
    }
    const need = Math.min(cost, limit)
    const admitted = count.used + need <= limit
    if (admitted) count.used += need
    return toQuotaDecision(admitted, count.used, limit, start, Math.max(1, Math.ceil(end - this.#clock.wall())))
  }

  repay(key: string, window: number, difference: number): void {
    const count = this.#counts.get(key)
    if (count?.window === window) count.used = Math.max(0, count.used + difference)
  }

  clear(): void {
    this.#counts.clear()
  }
}
