import type { BudgetSettings } from '../../sdk/retry.js'

/** Attempts that may be made before a share of the calls has earned them, and the most that can be saved up; in hundredths, which add up exactly. */
const AT_START = 1_000
const AT_MOST = 10_000
const ATTEMPT = 100

/**
 * A bound on the attempts that calls make beside their first one, so that an upstream in trouble is not sent a multiple of its load.
 * At one time there may be `percent` of the calls that have none under way, or `minConcurrency` if that is more (Envoy's retry budget);
 * and over time `percent` of all calls, and a few in reserve, also where the floor alone would let every call be repeated.
 */
export class AttemptBudget {
  readonly #percent: number
  readonly #minConcurrency: number
  #calls = 0
  #taken = 0
  #credit = AT_START

  constructor({ percent, minConcurrency }: BudgetSettings) {
    this.#percent = percent
    this.#minConcurrency = minConcurrency
  }

  /** A call begins. */
  enter(): void {
    this.#calls++
    this.#credit = Math.min(AT_MOST, this.#credit + this.#percent)
  }

  /** A call that {@link enter}ed is over. */
  leave(): void {
    this.#calls--
  }

  /** Takes a further attempt, to be given back by {@link giveBack}; false if there is none left. */
  take(): boolean {
    const next = this.#taken + 1
    const isWithin = next <= this.#minConcurrency || next * ATTEMPT <= this.#percent * (this.#calls - this.#taken)
    if (!isWithin || this.#credit < ATTEMPT) return false
    this.#taken = next
    this.#credit -= ATTEMPT
    return true
  }

  /** A further attempt is over: answered or failed. */
  giveBack(): void {
    this.#taken--
  }

  close(): void {}
}
