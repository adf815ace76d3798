import type { Clock } from '../clock.js'
import type { SharedState } from './shared-state.js'

/** How long it is believed that two clocks run alike. */
const TRUSTED_MS = 60_000

/** Times that processes tell each other: each process says and reads them on the clock of the shared state, however wrong its own is. */
export class SharedTime {
  readonly #shared: SharedState
  readonly #clock: Clock
  /** The shared time when this process's steady clock was at 0, and when that has to be asked again. */
  #origin = 0
  #until = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | undefined

  constructor(shared: SharedState, clock: Clock) {
    this.#shared = shared
    this.#clock = clock
  }

  /** Milliseconds to add to a time of the own steady clock to get the shared one. Rejects with a `Problem` where nobody can tell. */
  async difference(): Promise<number> {
    if (this.#clock.now() >= this.#until) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined
      })
      await this.#asking
    }
    return this.#origin
  }

  async #ask(): Promise<void> {
    const from = this.#clock.now()
    const time = await this.#shared.time()
    // The reply is of some moment in between.
    this.#origin = time - (from + this.#clock.now()) / 2
    this.#until = from + TRUSTED_MS
  }
}
