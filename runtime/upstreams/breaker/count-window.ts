import type { OutcomeWindow } from './outcome-window.js'

const FAILED = 1
const SLOW = 2

/** The last `size` attempts. */
export class CountWindow implements OutcomeWindow {
  calls = 0
  failures = 0
  slow = 0
  readonly #flags: Uint8Array
  #next = 0

  constructor(size: number) {
    this.#flags = new Uint8Array(size)
  }

  record(_now: number, failed: boolean, slow: boolean): void {
    if (this.calls === this.#flags.length) this.#count(this.#flags[this.#next] as number, -1)
    const flags = (failed ? FAILED : 0) | (slow ? SLOW : 0)
    this.#flags[this.#next] = flags
    this.#count(flags, 1)
    this.#next = (this.#next + 1) % this.#flags.length
  }

  clear(): void {
    this.calls = this.failures = this.slow = this.#next = 0
  }

  #count(flags: number, by: 1 | -1): void {
    this.calls += by
    if (flags & FAILED) this.failures += by
    if (flags & SLOW) this.slow += by
  }
}
