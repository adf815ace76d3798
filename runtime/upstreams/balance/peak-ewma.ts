import type { Clock } from '../../clock.js'
import type { AttemptResult, Balancer, Target } from '../target.js'
import { drawEvenly } from './draw.js'

/** What a target that has answered nothing yet is taken to need while a first request is on its way there; milliseconds. */
const UNKNOWN_MS = 1_000
/** What a failed attempt counts as, at least: a target that fails at once must not pass for a fast one; milliseconds. */
const FAILED_MS = 1_000

/** The latency of one target: a peak counts at once, and fades with the time that passes. */
export class PeakLatency {
  #ms = 0
  #at: number
  readonly #decay: number

  /** `decay` is the time after which an old latency counts for 1/e; milliseconds. */
  constructor(decay: number, now: number) {
    this.#decay = decay
    this.#at = now
  }

  /** Takes a latency in. */
  observe(ms: number, now: number): void {
    const kept = this.#fade(now)
    const left = this.#ms * kept
    this.#ms = ms > left ? ms : left + ms * (1 - kept)
    this.#at = Math.max(now, this.#at)
  }

  /** What is left of it now; without new answers it fades, so that a target which was slow is tried again. */
  at(now: number): number {
    return this.#ms * this.#fade(now)
  }

  #fade(now: number): number {
    return Math.exp(-Math.max(0, now - this.#at) / this.#decay)
  }
}

/**
 * Peak EWMA (Finagle): of two different targets drawn at random, the one whose latency times the requests in flight,
 * the new one counted, is less over its weight. A target that nobody asked yet is asked at once, by one request at a time.
 */
export function peakEwma(random: () => number, clock: Clock, decay: number): Balancer {
  const latencies = new Map<Target, PeakLatency>()
  let known: ReadonlySet<Target> | undefined
  const cost = (target: Target, now: number) => {
    const latency = latencies.get(target)
    if (latency === undefined) return target.active === 0 ? 0 : (UNKNOWN_MS * (target.active + 1)) / target.weight
    return (latency.at(now) * (target.active + 1)) / target.weight
  }
  return {
    pick(usable: readonly Target[]): Target | undefined {
      if (usable.length < 2) return usable[0]
      const a = drawEvenly(usable, random)
      const b = drawEvenly(usable, random, a)
      const now = clock.now()
      return cost(a, now) <= cost(b, now) ? a : b
    },
    report(target: Target, result: AttemptResult, status: number, latency: number): void {
      const latest = latencies.get(target)
      const now = clock.now()
      if (result === 'cancelled') {
        // How long it would have taken is not known; it was this long at least.
        if (latest && latency > latest.at(now)) latest.observe(latency, now)
        return
      }
      // The last requests of a target that left.
      if (known?.has(target) === false) return
      const taken = latest ?? new PeakLatency(decay, now)
      if (!latest) latencies.set(target, taken)
      taken.observe(result !== 'response' || status >= 500 ? Math.max(latency, FAILED_MS) : latency, now)
    },
    retain(members: ReadonlySet<Target>): void {
      known = members
      for (const target of latencies.keys()) if (!members.has(target)) latencies.delete(target)
    },
  }
}
