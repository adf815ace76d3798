import type { BreakerSettings } from '../../../sdk/breaker.js'
import type { Clock } from '../../clock.js'
import type { Verdict } from './classify.js'
import { type OutcomeWindow, openWindow } from './outcome-window.js'

/** Closed lets attempts through, open none, half-open a few to see. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** Refused; any other permit is the number of the state that gave it. */
export const REFUSED = 0

/**
 * One circuit breaker. What an attempt comes to counts only in the state that admitted it: each state has a number, and
 * a late result carries the number of a state that is over.
 */
export class Breaker {
  readonly #settings: BreakerSettings
  readonly #slowRatio: number
  readonly #slowCall: number
  readonly #clock: Clock
  readonly #changed: (to: BreakerState) => void
  readonly #window: OutcomeWindow
  #state: BreakerState = 'closed'
  #pinned = false
  #number = 1
  #failuresInRow = 0
  /** Openings since it was last closed. */
  #openings = 0
  #opensUntil = 0
  /** Attempts under way in the half-open state, and those that were well. */
  #probes = 0
  #passed = 0

  constructor(settings: BreakerSettings, clock: Clock, changed: (to: BreakerState) => void) {
    this.#settings = settings
    this.#slowRatio = settings.slowRatio ?? 0.5
    this.#slowCall = settings.slowCall ?? Number.POSITIVE_INFINITY
    this.#clock = clock
    this.#changed = changed
    this.#window = openWindow(settings.window)
  }

  get state(): BreakerState {
    return this.#state
  }

  /** True while an operator holds it open or closed. */
  get pinned(): boolean {
    return this.#pinned
  }

  /** Milliseconds until it may let an attempt through. */
  get opensFor(): number {
    if (this.#state !== 'open') return 0
    return this.#pinned ? this.#settings.open : Math.max(0, this.#opensUntil - this.#clock.now())
  }

  /** True if {@link admit} would admit. */
  get admits(): boolean {
    if (this.#state === 'closed') return true
    if (this.#state === 'open') return !this.#pinned && this.#clock.now() >= this.#opensUntil
    return this.#probes + this.#passed < this.#settings.permitted
  }

  /** Admits an attempt, which {@link settle} ends with the permit it got here, or says {@link REFUSED}. */
  admit(): number {
    if (this.#state === 'closed') return this.#number
    if (!this.admits) return REFUSED
    if (this.#state === 'open') this.#enter('half-open')
    this.#probes++
    return this.#number
  }

  /** Takes the verdict on an admitted attempt, once; `latency` in milliseconds. */
  settle(permit: number, verdict: Verdict, latency: number): void {
    if (permit !== this.#number) return
    if (this.#state === 'closed') this.#count(verdict, latency > this.#slowCall)
    else this.#judge(verdict, latency > this.#slowCall)
  }

  /** A response that had been settled broke off: one failure more. */
  broke(permit: number): void {
    if (permit !== this.#number) return
    if (this.#state === 'closed') this.#count('failure', false)
    else this.#open()
  }

  /** Holds it open or closed until it is told otherwise, or lets it work by itself again, closed to begin with. */
  pin(to: 'open' | 'closed' | 'auto'): void {
    this.#pinned = to !== 'auto'
    this.#openings = 0
    this.#enter(to === 'open' ? 'open' : 'closed')
  }

  #count(verdict: Verdict, slow: boolean): void {
    // What says nothing of the upstream's health is left out, so that it dilutes no ratio either.
    if (verdict === 'none' || verdict === 'neutral') return
    const failed = verdict === 'failure'
    this.#failuresInRow = failed ? this.#failuresInRow + 1 : 0
    this.#window.record(this.#clock.now(), failed, slow)
    if (!this.#pinned && this.#isTooMuch()) this.#open()
  }

  #isTooMuch(): boolean {
    const { failures, minRequests, failureRatio } = this.#settings
    if (failures !== undefined && this.#failuresInRow >= failures) return true
    const { calls, failures: failed, slow } = this.#window
    return calls >= minRequests && (failed / calls >= failureRatio || slow / calls >= this.#slowRatio)
  }

  /** The half-open state: one that is not well is enough; any answer but a failure shows that it is. */
  #judge(verdict: Verdict, slow: boolean): void {
    if (this.#state !== 'half-open') return
    this.#probes--
    if (verdict === 'none') return
    if (verdict === 'failure' || slow) this.#open()
    else if (++this.#passed >= this.#settings.permitted) this.#enter('closed')
  }

  #open(): void {
    const { open, maxOpen } = this.#settings
    const grown = maxOpen === undefined ? open : Math.min(maxOpen, open * 2 ** this.#openings)
    this.#openings++
    this.#opensUntil = this.#clock.now() + grown
    this.#enter('open')
  }

  #enter(state: BreakerState): void {
    const changed = state !== this.#state
    this.#state = state
    this.#number++
    this.#probes = this.#passed = this.#failuresInRow = 0
    this.#window.clear()
    if (state === 'closed') this.#openings = 0
    if (changed) this.#changed(state)
  }
}
