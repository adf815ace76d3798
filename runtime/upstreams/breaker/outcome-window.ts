import type { BreakerSettings } from '../../../sdk/breaker.js'
import { CountWindow } from './count-window.js'
import { TimeWindow } from './time-window.js'

/** What attempts came to, over a time or a number of them. */
export interface OutcomeWindow {
  /** Attempts in the window; as the other two, as of the last `record`. */
  readonly calls: number
  readonly failures: number
  readonly slow: number
  /** Adds one attempt; `now` never goes back. */
  record(now: number, failed: boolean, slow: boolean): void
  clear(): void
}

/** Opens the window that the settings ask for. */
export function openWindow(window: BreakerSettings['window']): OutcomeWindow {
  return 'count' in window ? new CountWindow(window.count) : new TimeWindow(window.ms)
}
