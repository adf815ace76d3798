import type { AttemptResult } from '../target.js'

/**
 * What an attempt says of its upstream: it works, it fails, it answered something that says neither (such as 404), or
 * nothing, since nobody waited for the end.
 */
export type Verdict = 'success' | 'failure' | 'neutral' | 'none'

/** Judges an attempt by how it ended; `failing` are the statuses that are failures. */
export function classify(result: AttemptResult, status: number, failing: ReadonlySet<number>): Verdict {
  if (result === 'cancelled') return 'none'
  if (result !== 'response' || failing.has(status)) return 'failure'
  return status < 400 ? 'success' : 'neutral'
}
