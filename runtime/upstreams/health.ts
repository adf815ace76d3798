import { LONGEST_TIMER_MS } from '../../sdk/schemas/text.js'
import type { Services } from '../services.js'
import { createProbe, type HealthSettings, type Probe } from './health-probe.js'
import { HealthTally, type ProbeOutcome } from './health-tally.js'
import type { Target } from './target.js'

/** What health checks need of their surroundings. */
export interface HealthDeps extends Pick<Services, 'log' | 'count' | 'clock'>, Partial<Pick<Services, 'tell' | 'forgetTarget'>> {
  /** Numbers from 0 up to 1, for jitter. */
  readonly random: () => number
}

/** What is told of a target's probes. */
export interface HealthListener {
  /** The target's `healthy` has changed. */
  changed(): void
  /** A probe has ended, and its target's health is known. */
  probed(): void
  /** A probe found the target well, and it counts as healthy. */
  well(target: Target): void
}

/** Longest wait for the probe that follows a report of an unreachable target; milliseconds. */
const EARLY_MS = 1_000

/** Probes one target for as long as it is open, and keeps its `healthy` up to date. */
export class TargetHealth {
  /** Resolves after the first probe. */
  readonly known: Promise<void>
  /** True after the first probe. */
  isKnown = false
  readonly #target: Target
  readonly #upstream: string
  readonly #settings: HealthSettings
  readonly #deps: HealthDeps
  readonly #listener: HealthListener
  readonly #tally: HealthTally
  readonly #probe: Probe
  #timer: NodeJS.Timeout | undefined
  #probing = false
  #early = false
  #closed = false
  #downSince: number | undefined = undefined

  constructor(target: Target, upstream: string, settings: HealthSettings, deps: HealthDeps, listener: HealthListener) {
    this.#target = target
    this.#upstream = upstream
    this.#settings = settings
    this.#deps = deps
    this.#listener = listener
    this.#tally = new HealthTally(settings.rise, settings.fall)
    this.#probe = createProbe(target.origin, settings, target)
    this.known = this.#check()
  }

  /** Takes the target out at once and probes it soon; it comes back through probes alone. */
  reportUnreachable(): void {
    if (this.#closed || !this.#target.healthy) return
    this.#record('unreachable', 'a request could not connect')
    if (this.#probing) this.#early = true
    else this.#schedule(Math.min(this.#settings.interval, EARLY_MS))
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#probe.close()
  }

  async #check(): Promise<void> {
    this.#probing = true
    const { outcome, reason } = await this.#probe.run()
    this.#probing = false
    if (this.#closed) return
    this.isKnown = true
    this.#record(outcome, reason)
    this.#listener.probed()
    const { interval, unhealthyInterval = interval } = this.#settings
    this.#schedule(this.#early ? Math.min(interval, EARLY_MS) : this.#target.healthy ? interval : unhealthyInterval)
    this.#early = false
  }

  /** The next probe, `delay` away give or take the jitter. */
  #schedule(delay: number): void {
    clearTimeout(this.#timer)
    const jitter = this.#settings.jitter / 100
    const wait = Math.min(delay * (1 - jitter + 2 * jitter * this.#deps.random()), LONGEST_TIMER_MS)
    this.#timer = setTimeout(() => void this.#check(), wait)
    this.#timer.unref()
  }

  #record(outcome: ProbeOutcome, reason: string): void {
    const healthy = this.#tally.record(outcome)
    if (outcome === 'ok' && healthy) this.#listener.well(this.#target)
    if (healthy === this.#target.healthy) return
    this.#target.healthy = healthy
    this.#listener.changed()
    const { log, count, clock, tell } = this.#deps
    const fields = { upstream: this.#upstream, target: this.#target.url }
    count('gatewright_target_health_changes_total', { ...fields, to: healthy ? 'healthy' : 'unhealthy' })
    tell?.({ ...fields, change: healthy ? 'healthy' : 'unhealthy', reason })
    const since = this.#downSince
    if (!healthy) {
      log.warn({ ...fields, reason }, 'target is unhealthy')
      this.#downSince = clock.now()
    } else if (since === undefined) log.info(fields, 'target is healthy')
    else log.info({ ...fields, downMs: Math.round(clock.now() - since) }, 'target is healthy again')
  }
}
