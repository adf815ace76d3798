import type { Cell } from './gcra.js'
import type { QuotaBounds, QuotaDecision } from './quota.js'

/** What a store decided about one request in one window. */
export interface LimitDecision {
  /** Whether this window has room for the request. It is admitted, and takes something, only if every window has. */
  readonly admitted: boolean
  /** Requests of cost 1 that would still be admitted now. */
  readonly remaining: number
  /** Milliseconds until the whole burst is available again. */
  readonly resetMs: number
  /** Milliseconds until this window will have room; 0 if it has. */
  readonly retryMs: number
}

/** One decision per window, in their order. */
export type LimitDecisions = readonly LimitDecision[]

/**
 * Counts requests by key. A refused request takes nothing. A key is the counter's name, a NUL, and whose requests are counted; of any
 * length and content. A key must always come with the same number of windows.
 */
export interface LimitStore {
  /**
   * Decides at once where the state is in this process. Rejects with a `Problem`, after a budget of 20 ms, where a shared
   * store does not answer. `cost` is how many requests this one counts as.
   */
  take(key: string, windows: readonly Cell[], cost: number): LimitDecisions | Promise<LimitDecisions>
  /** Puts right what an admitted request took: as if it had cost `due`, and not `taken`. */
  settle(key: string, windows: readonly Cell[], taken: number, due: number): void | Promise<void>
  /** As {@link take}, for at most `limit` requests in a calendar window. */
  spend(key: string, limit: number, bounds: QuotaBounds, cost: number): QuotaDecision | Promise<QuotaDecision>
  /** Changes what is used of a quota in `window` by `difference`, unless it is over. */
  repay(key: string, window: number, difference: number): void | Promise<void>
  /** Resolves when the first decision will be as fast as any other; resolves too if the store is down. */
  warm(): Promise<void>
  close(): Promise<void>
}
