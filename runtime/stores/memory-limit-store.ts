import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { runCell, toCell, toDecision } from './gcra.js'
import type { CellRate, LimitDecision, LimitStore } from './limit-store.js'

const DEFAULT_MAX_KEYS = 100_000
const LONGEST_KEPT_KEY = 128

/** Options of {@link createMemoryLimitStore}. */
export interface MemoryLimitStoreOptions {
  /** Counters kept at most; default 100,000. */
  readonly maxKeys?: number
}

/** A {@link LimitStore} in this process; it decides without a promise. */
export interface MemoryLimitStore extends LimitStore {
  take(key: string, rate: CellRate): LimitDecision
}

// A client chooses how long its key is, and must not thereby choose how much memory the counters take.
const bounded = (key: string): string => (key.length > LONGEST_KEPT_KEY ? hash('sha256', key, 'base64') : key)

/**
 * Counts in this process, in bounded memory: beyond `maxKeys` the counter that went longest without a request, admitted or
 * refused, is dropped and starts afresh. A caller that keeps asking therefore keeps its counter.
 */
export function createMemoryLimitStore(clock: Clock, options: MemoryLimitStoreOptions = {}): MemoryLimitStore {
  const arrivals = new LRUCache<string, number>({ max: options.maxKeys ?? DEFAULT_MAX_KEYS })
  return {
    take(key, rate) {
      const cell = toCell(rate)
      const kept = bounded(key)
      const now = Math.round(clock.now() * 1_000)
      const before = arrivals.get(kept) ?? now
      const { admitted, arrival } = runCell(before, now, cell)
      if (arrival !== before) arrivals.set(kept, arrival)
      return toDecision(admitted, arrival - now, cell)
    },
    warm: () => Promise.resolve(),
    close() {
      arrivals.clear()
      return Promise.resolve()
    },
  }
}
