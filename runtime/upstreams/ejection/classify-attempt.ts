import type { AttemptResult } from '../target.js'

/** What an attempt says of its target; `neutral` says nothing. */
export type AttemptVerdict = 'ok' | 'failure' | 'gateway-failure' | 'neutral'

/**
 * Reads an attempt: statuses below 500, 429 among them, are successes, and a client that left says nothing. No response, or
 * part of one, is what 502, 503 and 504 are: the target could not be had.
 */
export function classifyAttempt(result: AttemptResult, status: number): AttemptVerdict {
  if (result === 'cancelled') return 'neutral'
  if (result !== 'response') return 'gateway-failure'
  if (status < 500) return 'ok'
  return status >= 502 && status <= 504 ? 'gateway-failure' : 'failure'
}
