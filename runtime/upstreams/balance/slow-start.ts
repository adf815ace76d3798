import type { SlowStartSettings } from '../../../sdk/balance.js'
import type { Clock } from '../../clock.js'
import type { Target } from '../target.js'

interface Warming {
  readonly since: number
  readonly weight: number
}

/**
 * Lets the weight of targets that have just come grow to what is configured, by Envoy's formula: the weight times
 * (time / window) ^ (1 / aggression), `minWeight` of it at least.
 */
export class SlowStart {
  readonly #settings: SlowStartSettings
  readonly #clock: Clock
  readonly #warming = new Map<Target, Warming>()

  constructor(settings: SlowStartSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  begin(target: Target): void {
    if (this.#warming.has(target)) return
    this.#warming.set(target, { since: this.#clock.now(), weight: target.weight })
    this.advance()
  }

  /** Gives the target another weight, to grow to where it still grows. */
  reweigh(target: Target, weight: number): void {
    const warming = this.#warming.get(target)
    if (warming) this.#warming.set(target, { since: warming.since, weight })
    else target.weight = weight
  }

  /** Gives the target its whole weight. */
  end(target: Target): void {
    const warming = this.#warming.get(target)
    if (!warming) return
    target.weight = warming.weight
    this.#warming.delete(target)
  }

  /** Brings the weights up to the time; called before each choice. */
  advance(): void {
    if (this.#warming.size === 0) return
    const now = this.#clock.now()
    const { window, aggression, minWeight } = this.#settings
    for (const [target, { since, weight }] of this.#warming) {
      const passed = (now - since) / window
      if (passed >= 1) this.end(target)
      else target.weight = weight * Math.max(minWeight, passed ** (1 / aggression))
    }
  }
}
