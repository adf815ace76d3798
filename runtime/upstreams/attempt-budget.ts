import type { BudgetSettings } from '../../sdk/retry.js'

/** Attempts that may be made before a share of the calls has earned them, and the most that can be saved up. */
const AT_START = 10
const AT_MOST = 100

/**
 * A bound on the attempts that calls make beside their first one, so that an upstream in trouble is not sent a multiple of its load.
 * At one time there may be `percent` of the calls that have none under way, or `minConcurrency` if that is more (Envoy's retry budget);
 * and over time `percent` of all calls, and a few in reserve, also where the floor alone would let every call be repeated.
 */
export class AttemptBudget {
  readonly #share: number
  readonly #minConcurrency: number
  #calls = 0
  #taken = 0
  #credit = AT_START

  constructor({ percent, minConcurrency }: BudgetSettings) {
    this.#share = percent / 100
    this.#minConcurrency = minConcurrency
  }

  /** A call begins. */
  enter(): void {
    this.#calls++
    this.#credit = Math.min(AT_MOST, this.#credit + this.#share)
  }

  /** A call that {@link enter}ed is over. */
  leave(): void {
    this.#calls--
  }

  /** Takes a further attempt, to be given back by {@link giveBack}; false if there is none left. */
  take(): boolean {
    const most = Math.max(this.#minConcurrency, this.#share * (this.#calls - this.#taken))
    if (this.#taken + 1 > most || this.#credit < 1) return false
    this.#taken++
    this.#credit--
    return true
  }

  /** A further attempt is over: answered or failed. */
  giveBack(): void {
    this.#taken--
  }

  close(): void {}
}
