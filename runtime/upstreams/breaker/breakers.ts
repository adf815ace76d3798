import type { BreakerSettings } from '../../../sdk/breaker.js'
import { Problem } from '../../../sdk/index.js'
import type { Services } from '../../services.js'
import type { AttemptResult, Target } from '../target.js'
import { Breaker, type BreakerState, REFUSED } from './breaker.js'
import { classify } from './classify.js'

/** What breakers need of their surroundings. */
export type BreakerDeps = Pick<Services, 'clock' | 'count' | 'log'> & Partial<Pick<Services, 'tell'>>

/** One breaker as operators see it. */
export interface BreakerStatus {
  readonly upstream: string
  /** The target's URL; undefined where one breaker stands for the whole upstream. */
  readonly target?: string
  readonly state: BreakerState
  /** True while an operator holds it. */
  readonly pinned: boolean
}

/** A permit in shadow mode for what would have been refused; no state has this number. */
const UNCOUNTED = -1

/** The breaker of an upstream, or one for each of its targets. */
export class Breakers {
  readonly #upstream: string
  readonly #settings: BreakerSettings
  readonly #deps: BreakerDeps
  readonly #failing: ReadonlySet<number>
  readonly #whole: Breaker | undefined
  /** A target that leaves takes its breaker along. */
  readonly #each = new WeakMap<Target, Breaker>()
  /** How targets that join are held. */
  #held: 'open' | 'closed' | 'auto' = 'auto'

  constructor(upstream: string, settings: BreakerSettings, deps: BreakerDeps) {
    this.#upstream = upstream
    this.#settings = settings
    this.#deps = deps
    this.#failing = new Set(settings.statuses)
    this.#whole = settings.per === 'upstream' ? this.#create(undefined) : undefined
  }

  /** True if each target has a breaker of its own. */
  get perTarget(): boolean {
    return this.#whole === undefined
  }

  /** Those of `targets` that an attempt may go to; the same list where all of them are. */
  usable(targets: readonly Target[]): readonly Target[] {
    if (this.#settings.mode === 'shadow' || targets.every((target) => this.#of(target).admits)) return targets
    return targets.filter((target) => this.#of(target).admits)
  }

  /** Admits an attempt, which is settled with the permit it got; 0 refuses it. */
  admit(target: Target): number {
    const permit = this.#of(target).admit()
    if (permit !== REFUSED || this.#settings.mode === 'enforce') return permit
    this.#refused(target)
    return UNCOUNTED
  }

  /** Takes how an admitted attempt ended, or that its response began; `latency` is in milliseconds. */
  settle(target: Target, permit: number, result: AttemptResult, status: number, latency: number): void {
    this.#of(target).settle(permit, classify(result, status, this.#failing), latency)
  }

  /** The response of an attempt that was settled when it began broke off. */
  broke(target: Target, permit: number): void {
    this.#of(target).broke(permit)
  }

  /** The problem of a call that no target is left for; undefined if no breaker is why. */
  refusal(targets: readonly Target[]): Problem | undefined {
    const closedTo = targets.filter((target) => !this.#of(target).admits)
    const [first] = closedTo
    if (!first || this.#settings.mode === 'shadow') return undefined
    this.#refused(this.#whole ? undefined : first)
    const wait = Math.min(...closedTo.map((target) => this.#of(target).opensFor))
    return new Problem('CIRCUIT_OPEN', { headers: ['Retry-After', String(Math.max(1, Math.ceil(wait / 1_000)))] })
  }

  /** Every breaker there is. */
  list(targets: readonly Target[]): BreakerStatus[] {
    const upstream = this.#upstream
    const statusOf = ({ state, pinned }: Breaker) => ({ upstream, state, pinned })
    if (this.#whole) return [statusOf(this.#whole)]
    return targets.map((target) => ({ target: target.url, ...statusOf(this.#of(target)) }))
  }

  /** Holds the breakers of all targets, and of those that join later, open or closed, or lets them work by themselves again. */
  pinAll(targets: readonly Target[], to: 'open' | 'closed' | 'auto'): void {
    this.#held = to
    this.pin(targets, to)
  }

  /** Holds the breakers of these targets, or the one that stands for all, open or closed, or lets them work by themselves again. */
  pin(targets: readonly Target[], to: 'open' | 'closed' | 'auto'): void {
    const breakers = this.#whole ? [this.#whole] : targets.map((target) => this.#of(target))
    for (const breaker of breakers) breaker.pin(to)
    this.#deps.log.info(
      { upstream: this.#upstream, targets: this.#whole ? undefined : targets.map(({ url }) => url), to },
      'breaker set by hand',
    )
  }

  #of(target: Target): Breaker {
    if (this.#whole) return this.#whole
    let breaker = this.#each.get(target)
    if (!breaker) {
      this.#each.set(target, (breaker = this.#create(target.url)))
      if (this.#held !== 'auto') breaker.pin(this.#held)
    }
    return breaker
  }

  #create(target: string | undefined): Breaker {
    const upstream = this.#upstream
    const { clock, count, log, tell } = this.#deps
    const { mode } = this.#settings
    return new Breaker(this.#settings, clock, (to) => {
      count('gatewright_breaker_transitions_total', { upstream, target: target ?? '', to })
      log[to === 'open' ? 'warn' : 'info']({ upstream, target, to, mode }, 'breaker changed its state')
      tell?.({ upstream, target, change: `breaker-${to}` })
    })
  }

  #refused(target: Target | undefined): void {
    const labels = { upstream: this.#upstream, target: this.#whole ? '' : (target?.url ?? '') }
    this.#deps.count(
      this.#settings.mode === 'shadow' ? 'gatewright_breaker_shadow_refusals_total' : 'gatewright_breaker_refusals_total',
      labels,
    )
  }
}
