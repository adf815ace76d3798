import type { ResolvedRollout } from '../../sdk/resolved.js'
import type { Resource, Services } from '../services.js'
import type { RolloutCause } from '../types.js'
import { hashText } from '../upstreams/balance/hash-text.js'
import { TimeWindow } from '../upstreams/breaker/time-window.js'

/** What a rollout needs of its surroundings. */
export type RolloutDeps = Pick<Services, 'clock' | 'count' | 'log' | 'tell'>

/** 0 for `stable` or `blue`, 1 for `canary` or `green`. */
export type SideIndex = 0 | 1

/** As many points as a hash has. */
const POINTS = 2 ** 32

/** A key's point between 0 and 100; the share of the second side is what lies below it. */
export function pointOf(name: string, key: string): number {
  return (hashText(`${name}\n${key}`) / POINTS) * 100
}

/** Where one rollout stands. It outlives reloads that leave its settings and the canary as they are. */
export class RolloutState implements Resource {
  readonly settings: ResolvedRollout
  readonly #deps: RolloutDeps
  readonly #windows: readonly [TimeWindow, TimeWindow] | undefined
  #percent: number
  #cause: RolloutCause = 'config'
  #generation = 0

  constructor(settings: ResolvedRollout, deps: RolloutDeps) {
    const { abortIf, percent } = settings
    this.settings = settings
    this.#deps = deps
    this.#percent = percent
    this.#windows = abortIf && [new TimeWindow(abortIf.window), new TimeWindow(abortIf.window)]
  }

  /** Share of the keys on the second side: 0 to 100. */
  get percent(): number {
    return this.#percent
  }

  get cause(): RolloutCause {
    return this.#cause
  }

  /** Grows with each change, so that what began before can be told from what began after. */
  get generation(): number {
    return this.#generation
  }

  /** What came of the canary's requests in the window; undefined where nobody counts. */
  get counts(): { readonly requests: number; readonly failed: number } | undefined {
    const canary = this.#windows?.[1]
    canary?.forget(this.#deps.clock.now())
    return canary && { requests: canary.calls, failed: canary.failures }
  }

  /** True where it matters what comes of the requests of a side. */
  watches(side: SideIndex): boolean {
    const { abortIf } = this.settings
    return abortIf !== undefined && (side === 1 || abortIf.over === 'stable')
  }

  /** The side of a key: the same as long as the share is; a share that grows takes keys from the first side alone. */
  sideOf(key: string): SideIndex {
    if (this.#percent === 0) return 0
    if (this.#percent === 100) return 1
    return key !== '' && pointOf(this.settings.name, key) < this.#percent ? 1 : 0
  }

  /** Takes a request of one side; one that began before the last change counts for nothing. */
  record(side: SideIndex, generation: number, failed: boolean): void {
    if (!this.#windows || generation !== this.#generation) return
    this.#windows[side].record(this.#deps.clock.now(), failed, false)
    if (side === 1) this.#judge(this.#windows)
  }

  /** Sets the share by hand, whatever came before. */
  set(percent: number): void {
    this.#change(percent, 'hand')
    this.#deps.log.info({ rollout: this.settings.name, percent }, 'rollout set by hand')
  }

  close(): void {
    // Holds nothing open.
  }

  #judge([stable, canary]: readonly [TimeWindow, TimeWindow]): void {
    const { abortIf, name } = this.settings
    const { clock, count, log, tell } = this.#deps
    if (!abortIf || this.#percent === 0 || canary.calls < abortIf.minRequests) return
    stable.forget(clock.now())
    const allowed = abortIf.errorRatio + (abortIf.over === 'stable' ? ratioOf(stable) : 0)
    if (ratioOf(canary) <= allowed) return
    const found = { rollout: name, percent: this.#percent, requests: canary.calls, failed: canary.failures, allowed }
    this.#change(0, 'errors')
    count('gatewright_rollout_rollbacks_total', { rollout: name })
    log.warn(found, 'rollout taken back: its canary fails')
    const reason = `${found.failed} of ${found.requests} requests failed`
    tell({ upstream: this.settings.sides[1].name, target: undefined, change: 'rolled-back', reason })
  }

  #change(percent: number, cause: RolloutCause): void {
    this.#percent = percent
    this.#cause = cause
    this.#generation++
    for (const window of this.#windows ?? []) window.clear()
  }
}

const ratioOf = ({ calls, failures }: TimeWindow) => (calls === 0 ? 0 : failures / calls)
