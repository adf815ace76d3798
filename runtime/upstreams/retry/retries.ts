import type { RetryCause } from '../../../sdk/retry.js'
import type { Target } from '../target.js'
import type { CallContext } from '../upstream-request.js'
import { backoff } from './backoff.js'
import type { RetryPlan } from './compile-retry.js'
import { readRetryAfter } from './retry-after.js'

/** What retries ask of their call. */
export interface Retrier {
  readonly pool: { readonly name: string }
  readonly context: CallContext
  /** When the call is over at the latest. */
  readonly endsAt: number
  /** True if the request may be sent once more after `cause`. */
  mayRepeat(cause: RetryCause): boolean
  /** The target for the next attempt: one that has not failed, while there is one. */
  pick(): Target | undefined
  /** Starts the attempt that was waited for: elsewhere, or not at all, where its target takes no requests any more. */
  resume(target: Target): void
}

/** The further attempts of one call: whether there is another, where and when. */
export class Retries {
  readonly #plan: RetryPlan
  readonly #call: Retrier
  /** When targets asked to be tried again; undefined until one did. */
  #asked: Map<Target, number> | undefined = undefined
  #timer: NodeJS.Timeout | undefined = undefined
  #made = 0
  #holding = false
  #over = false

  constructor(plan: RetryPlan, call: Retrier) {
    this.#plan = plan
    this.#call = call
    plan.budget?.enter()
  }

  /** True for a status that is tried again. */
  covers(status: number): boolean {
    return this.#plan.on.has(status)
  }

  /** Starts another attempt in a while; false where the outcome of this one stands. `lines` are the header lines of a response. */
  again(cause: RetryCause, failed: Target, lines?: readonly Buffer[]): boolean {
    this.settled()
    const { attempts, on, budget } = this.#plan
    const { pool, context, endsAt } = this.#call
    if (this.#made >= attempts || !on.has(cause) || !this.#call.mayRepeat(cause)) return false
    if (lines) this.#listen(failed, lines)
    const target = this.#call.pick()
    const delay = target && this.#delay(target)
    if (delay === undefined || context.clock.now() + delay >= endsAt) return false
    if (budget && !budget.take()) {
      context.count('gatewright_retry_budget_exhausted_total', { upstream: pool.name })
      return false
    }
    this.#holding = true
    this.#made++
    context.count('gatewright_upstream_retries_total', { upstream: pool.name, reason: String(cause) })
    this.#timer = setTimeout(() => this.#call.resume(target as Target), delay)
    return true
  }

  /** The attempt under way is answered or has failed: what it took of the budget is free again. */
  settled(): void {
    if (!this.#holding) return
    this.#holding = false
    this.#plan.budget?.giveBack()
  }

  /** The call is over. */
  end(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.settled()
    this.#plan.budget?.leave()
  }

  #listen(target: Target, lines: readonly Buffer[]): void {
    const { clock } = this.#call.context
    const asked = readRetryAfter(lines, clock.wall())
    if (asked !== undefined) (this.#asked ??= new Map()).set(target, clock.now() + asked)
  }

  /** The wait before an attempt at `target`, in milliseconds; undefined where it asks for more than is waited for. */
  #delay(target: Target): number | undefined {
    const wait = backoff(this.#plan.backoff, this.#made, Math.random())
    const asked = this.#asked?.get(target)
    if (asked === undefined) return wait
    const left = asked - this.#call.context.clock.now()
    return left > this.#plan.retryAfter ? undefined : Math.max(wait, left)
  }
}
