import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { growingTo } from '../growing-to.js'
import { type Cell, runCells, settleCells, toDecision } from './gcra.js'
import type { LimitDecisions, LimitStore } from './limit-store.js'
import { MemoryQuotas } from './memory-quotas.js'
import type { QuotaBounds, QuotaDecision } from './quota.js'

const DEFAULT_MAX_KEYS = 100_000
const LONGEST_KEPT_KEY = 128

/** Options of {@link createMemoryLimitStore}. */
export interface MemoryLimitStoreOptions {
  /** Counters kept at most; default 100,000. */
  readonly maxKeys?: number
}

/** A {@link LimitStore} in this process; it decides without a promise. */
export interface MemoryLimitStore extends LimitStore {
  take(key: string, windows: readonly Cell[], cost: number): LimitDecisions
  settle(key: string, windows: readonly Cell[], taken: number, due: number): void
  spend(key: string, limit: number, bounds: QuotaBounds, cost: number): QuotaDecision
  repay(key: string, window: number, difference: number): void
}

// A client chooses how long its key is, and must not thereby choose how much memory the counters take.
const bounded = (key: string): string => (key.length > LONGEST_KEPT_KEY ? hash('sha256', key, 'base64') : key)

/**
 * Counts in this process, in bounded memory: beyond `maxKeys` the counter that went longest without a request, admitted or
 * refused, is dropped and starts afresh. A caller that keeps asking therefore keeps its counter.
 */
export function createMemoryLimitStore(clock: Clock, options: MemoryLimitStoreOptions = {}): MemoryLimitStore {
  const max = options.maxKeys ?? DEFAULT_MAX_KEYS
  const kept = new LRUCache<string, number[]>(growingTo(max))
  const quotas = new MemoryQuotas(clock, max)
  const microseconds = (): number => Math.round(clock.now() * 1_000)
  return {
    take(key, windows, cost) {
      const now = microseconds()
      const name = bounded(key)
      let arrivals = kept.get(name)
      if (!arrivals) {
        arrivals = windows.map(() => now)
        kept.set(name, arrivals)
      }
      const admitted = runCells(arrivals, now, windows, cost)
      const after = arrivals
      return windows.map((cell, index) => toDecision(admitted, (after[index] as number) - now, cell, cost))
    },
    settle(key, windows, taken, due) {
      const arrivals = kept.get(bounded(key))
      if (arrivals) settleCells(arrivals, microseconds(), windows, taken, due)
    },
    spend: (key, limit, bounds, cost) => quotas.spend(bounded(key), limit, bounds, cost),
    repay: (key, window, difference) => quotas.repay(bounded(key), window, difference),
    warm: () => Promise.resolve(),
    close() {
      kept.clear()
      quotas.clear()
      return Promise.resolve()
    },
  }
}
