import type { Clock } from '../../clock.js'
import type { Attempt } from '../attempt.js'
import type { Target } from '../target.js'
import type { HedgePlan } from './compile-hedge.js'

/** What a race asks of its call. */
export interface Racer {
  /** Starts a further attempt at a target that has none; false if there is no such target. */
  hedge(running: readonly Target[]): boolean
  /** The budget has no further attempt left. */
  exhausted(): void
}

/** Attempts of one call that are under way at the same time, and the timer for the next of them. */
export class Race {
  readonly #plan: HedgePlan
  readonly #racer: Racer
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #running: Attempt[] = []
  #timer: NodeJS.Timeout | undefined = undefined
  #hedges = 0
  #over = false

  constructor(plan: HedgePlan, racer: Racer, clock: Clock) {
    this.#plan = plan
    this.#racer = racer
    this.#clock = clock
    this.#startedAt = clock.now()
    plan.budget.enter()
    this.#arm()
  }

  /** An attempt is under way. */
  joined(attempt: Attempt): void {
    this.#running.push(attempt)
  }

  /** An attempt failed; true if others go on. */
  left(attempt: Attempt): boolean {
    const index = this.#running.indexOf(attempt)
    if (index >= 0) this.#running.splice(index, 1)
    return this.#running.length > 0
  }

  /** An attempt has the response: the others are cancelled. */
  won(attempt: Attempt): void {
    if (this.#over) return
    this.left(attempt)
    // Where another attempt was faster, the first one would have taken longer still.
    this.#plan.record(this.#clock.now() - this.#startedAt)
    this.end()
  }

  /** The race is over: what still runs is cancelled. */
  end(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    for (const attempt of this.#running.splice(0)) attempt.cancel()
    for (let given = 0; given < this.#hedges; given++) this.#plan.budget.giveBack()
    this.#plan.budget.leave()
  }

  #arm(): void {
    const after = this.#plan.after()
    if (after !== undefined) this.#timer = setTimeout(this.#next, after)
  }

  readonly #next = (): void => {
    // Between two attempts the retries have the word.
    if (this.#running.length === 0) return
    if (!this.#plan.budget.take()) {
      this.#racer.exhausted()
      return
    }
    this.#hedges++
    if (!this.#racer.hedge(this.#running.map(({ target }) => target))) {
      this.#hedges--
      this.#plan.budget.giveBack()
    } else if (!this.#over && this.#hedges < this.#plan.max) this.#arm()
  }
}
