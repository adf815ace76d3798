import type { UpstreamSettings } from '../../../sdk/upstream.js'
import type { Services } from '../../services.js'
import type { AttemptListener, ChoiceSubject, Target } from '../target.js'
import { createBalancer } from './create-balancer.js'
import { type AdmittingTargets, PriorityLevels } from './priority-levels.js'
import { SlowStart } from './slow-start.js'
import { TargetBonds } from './target-bonds.js'

/** What the choice of targets needs of its surroundings. */
export interface TargetChoiceDeps extends Pick<Services, 'clock' | 'count' | 'log'> {
  /** Numbers from 0 up to 1. */
  readonly random: () => number
  /** Leaves the targets whose breakers let requests through; undefined without breakers. */
  readonly admitting?: AdmittingTargets | undefined
}

/** Chooses a target for each request of an upstream, among those that `refresh` was told of last. */
export class TargetChoice {
  readonly bonds: TargetBonds | undefined
  /** Wants to know how attempts ended; undefined for balancers that do not. */
  readonly report: AttemptListener | undefined
  readonly #upstream: string
  readonly #settings: UpstreamSettings
  readonly #deps: TargetChoiceDeps
  readonly #slowStart: SlowStart | undefined
  readonly #whole: PriorityLevels
  /** Targets by the value of the label that `subset` names. */
  readonly #subsets = new Map<string, PriorityLevels>()
  #usable: ReadonlySet<Target> | undefined
  #loads = ''
  #inPanic = false

  constructor(upstream: string, settings: UpstreamSettings, deps: TargetChoiceDeps) {
    this.#upstream = upstream
    this.#settings = settings
    this.#deps = deps
    this.#slowStart = settings.slowStart && new SlowStart(settings.slowStart, deps.clock)
    this.bonds = settings.sticky && new TargetBonds(upstream, settings.sticky)
    this.#whole = this.#createLevels()
    this.report = settings.balance === 'peak-ewma' ? this.#report : undefined
  }

  pick(except: readonly Target[] | undefined, subject: ChoiceSubject | undefined): Target | undefined {
    this.#slowStart?.advance()
    const levels = this.#settings.subset === undefined ? this.#whole : this.#levelsFor(subject?.subset)
    const bond = subject?.bond
    if (this.bonds === undefined || bond === undefined || levels === undefined) return levels?.pick(except, subject)
    const bound = this.bonds.target(bond)
    const usable = bound !== undefined && levels.admits(bound)
    if (this.bonds.settings.onGone === 'refuse') return usable ? bound : undefined
    return usable && !except?.includes(bound) ? bound : levels.pick(except, subject)
  }

  /** Takes over who is there and who is usable; called when either changes. */
  refresh(members: readonly Target[], usable: readonly Target[]): void {
    const now = new Set(usable)
    if (this.#slowStart) this.#startSlowly(this.#slowStart, now)
    this.#usable = now
    this.bonds?.refresh(members)
    this.#whole.refresh(members, now)
    if (this.#settings.subset) this.#refreshSubsets(this.#settings.subset.label, members, now)
    this.#tell()
  }

  /** Gives a target that stays another weight. */
  reweigh(target: Target, weight: number): void {
    if (this.#slowStart) this.#slowStart.reweigh(target, weight)
    else target.weight = weight
  }

  readonly #report: AttemptListener = (target, result, status, latency) => {
    this.#whole.report(target, result, status, latency)
    for (const levels of this.#subsets.values()) if (levels.has(target)) levels.report(target, result, status, latency)
  }

  #createLevels(): PriorityLevels {
    return new PriorityLevels(this.#settings, () => createBalancer(this.#settings, this.#deps), this.#deps.random, this.#deps.admitting)
  }

  #levelsFor(value: string | undefined): PriorityLevels | undefined {
    const found = value === undefined ? undefined : this.#subsets.get(value)
    return found ?? (this.#settings.subset?.fallback === 'any' ? this.#whole : undefined)
  }

  #refreshSubsets(label: string, members: readonly Target[], usable: ReadonlySet<Target>): void {
    const values = new Set(members.flatMap(({ labels }) => labels[label] ?? []))
    for (const value of this.#subsets.keys()) if (!values.has(value)) this.#subsets.delete(value)
    for (const value of values) {
      const levels = this.#subsets.get(value) ?? this.#createLevels()
      this.#subsets.set(value, levels)
      levels.refresh(
        members.filter(({ labels }) => labels[label] === value),
        usable,
      )
    }
  }

  /** Those that the upstream began with are all as cold as each other, so only later ones start slowly. */
  #startSlowly(slowStart: SlowStart, usable: ReadonlySet<Target>): void {
    const before = this.#usable
    if (!before) return
    for (const target of before) if (!usable.has(target)) slowStart.end(target)
    for (const target of usable) if (!before.has(target)) slowStart.begin(target)
  }

  /** Says so where requests go to other priorities than before, or to targets that are not usable. */
  #tell(): void {
    const { log, count } = this.#deps
    const upstream = this.#upstream
    const { loads, inPanic, several } = this.#whole
    const text = JSON.stringify(loads)
    if (several && text !== this.#loads && this.#loads !== '') {
      log.warn({ upstream, loads }, 'priorities share the requests anew')
      count('gatewright_upstream_failovers_total', { upstream })
    }
    if (inPanic && !this.#inPanic) {
      log.warn({ upstream }, 'too few targets are healthy: requests go to all of them')
      count('gatewright_upstream_panics_total', { upstream })
    } else if (!inPanic && this.#inPanic) log.info({ upstream }, 'requests go to healthy targets alone again')
    this.#loads = text
    this.#inPanic = inPanic
  }
}
