/** What one probe found: `unreachable` where no connection was had or it broke, which needs no second opinion. */
export type ProbeOutcome = 'ok' | 'failed' | 'unreachable'

/** Counts probes of one target in a row. */
export class HealthTally {
  readonly #rise: number
  readonly #fall: number
  #known = false
  #healthy = true
  #against = 0

  constructor(rise: number, fall: number) {
    this.#rise = rise
    this.#fall = fall
  }

  /** Takes one outcome and tells whether the target is healthy now; the first outcome decides alone. */
  record(outcome: ProbeOutcome): boolean {
    const ok = outcome === 'ok'
    if (ok === this.#healthy) this.#against = 0
    else this.#against += 1
    const needed = this.#healthy ? this.#fall : this.#rise
    if (!this.#known || outcome === 'unreachable' || this.#against >= needed) this.#decide(ok)
    return this.#healthy
  }

  #decide(healthy: boolean): void {
    this.#known = true
    this.#healthy = healthy
    this.#against = 0
  }
}
