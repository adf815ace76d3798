import type { LimitDecision } from './limit-store.js'

/**
 * When calendar windows begin, in milliseconds since 1970: the one before this, this one, the next, and the one after that.
 * Redis picks among them by its own clock, so that gateways whose clocks differ agree.
 */
export type QuotaBounds = readonly [before: number, start: number, end: number, after: number]

/** What a store decided about one request in a calendar window. */
export interface QuotaDecision extends LimitDecision {
  /** When the window began in which the request counts. */
  readonly window: number
}

/** Puts a decision into the caller's terms; `used` is what counts after it. */
export function toQuotaDecision(admitted: boolean, used: number, limit: number, window: number, leftMs: number): QuotaDecision {
  return { admitted, remaining: Math.max(0, limit - used), resetMs: leftMs, retryMs: admitted ? 0 : leftMs, window }
}
