import type { ResolvedRoute } from '../../../sdk/resolved.js'
import type { RetryCause, RetrySettings } from '../../../sdk/retry.js'
import type { Services } from '../../services.js'
import { AttemptBudget } from '../attempt-budget.js'

/** How a route's failed attempts are repeated. */
export interface RetryPlan extends Omit<RetrySettings, 'on' | 'perTry'> {
  readonly on: ReadonlySet<RetryCause>
  /** Infinite where nothing but `timeouts.headers` bounds an attempt; milliseconds. */
  readonly perTry: number
  /** Undefined where there may be any number of retries. */
  readonly budget: AttemptBudget | undefined
}

const DEFAULT_BUDGET = { percent: 20, minConcurrency: 3 }

/** Compiles a route's retries; all routes of an upstream share its budget, which survives reloads that leave it as it is. */
export function compileRetry(
  { retry, upstream }: Pick<ResolvedRoute, 'retry' | 'upstream'>,
  { keep }: Pick<Services, 'keep'>,
): RetryPlan | false | undefined {
  if (!retry) return retry
  const { retry: shared } = upstream.settings
  const given = shared ? shared.budget : DEFAULT_BUDGET
  const budget = given ? keep(`retry-budget:${upstream.name}:${JSON.stringify(given)}`, () => new AttemptBudget(given)) : undefined
  const { attempts, nonIdempotent, replay, backoff, retryAfter } = retry
  return {
    attempts,
    nonIdempotent,
    replay,
    backoff,
    retryAfter,
    on: new Set(retry.on),
    perTry: retry.perTry ?? Number.POSITIVE_INFINITY,
    budget,
  }
}
