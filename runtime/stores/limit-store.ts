/** A limit as the generic cell rate algorithm takes it: one request per `emissionMs`, `burst` at once after a pause. */
export interface CellRate {
  readonly emissionMs: number
  readonly burst: number
}

/** What a store decided about one request. */
export interface LimitDecision {
  readonly admitted: boolean
  /** Requests that would still be admitted now. */
  readonly remaining: number
  /** Milliseconds until the whole burst is available again. */
  readonly resetMs: number
  /** Milliseconds until a request will be admitted; 0 if this one was. */
  readonly retryMs: number
}

/** Counts requests by key. A refused request takes nothing. */
export interface LimitStore {
  /**
   * Decides at once where the state is in this process. Rejects with a `Problem`, after a budget of 20 ms, where a shared
   * store does not answer. `key` is the counter's name, a NUL, and whose requests are counted; of any length and content.
   */
  take(key: string, rate: CellRate): LimitDecision | Promise<LimitDecision>
  /** Resolves when the first decision will be as fast as any other; resolves too if the store is down. */
  warm(): Promise<void>
  close(): Promise<void>
}
