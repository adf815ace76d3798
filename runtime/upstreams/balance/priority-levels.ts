import type { AttemptListener, Balancer, ChoiceSubject, Target } from '../target.js'
import { levelLoads } from './level-loads.js'

/** How priorities share requests. */
export interface LevelSettings {
  /** How far the usable targets of a priority can stand in for the others: 1.4 for 40 % more than their share. */
  readonly overprovisioning: number
  /** Percent of usable targets below which all are used; 0 for never. */
  readonly panic: number
}

interface Level {
  readonly priority: number
  readonly balancer: Balancer
  targets: readonly Target[]
  load: number
  panic: boolean
}

/** Of these targets, those that take requests at this moment; the same list where all of them do. */
export type AdmittingTargets = (targets: readonly Target[]) => readonly Target[]

const NONE: readonly Target[] = []

/** Targets by priority, each priority with a balancer of its own; what is in use changes with `refresh` alone. */
export class PriorityLevels {
  readonly #settings: LevelSettings
  readonly #create: () => Balancer
  readonly #random: () => number
  readonly #admitting: AdmittingTargets | undefined
  #levels: readonly Level[] = []
  /** The one priority that takes all requests, where there is one. */
  #only: Level | undefined
  #usable: ReadonlySet<Target> = new Set()

  /** `admitting` leaves those that take requests at this moment, of the targets in use. */
  constructor(settings: LevelSettings, create: () => Balancer, random: () => number, admitting?: AdmittingTargets) {
    this.#settings = settings
    this.#admitting = admitting
    this.#create = create
    this.#random = random
  }

  /** True where there is more than one priority. */
  get several(): boolean {
    return this.#levels.length > 1
  }

  /** The share of requests of each priority that has any, in percent, by priority. */
  get loads(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#levels.filter(({ load }) => load > 0).map(({ priority, load }) => [priority, Math.round(load)]))
  }

  /** True where requests also go to targets that are not usable. */
  get inPanic(): boolean {
    return this.#levels.some(({ panic, load }) => panic && load > 0)
  }

  /** True if the target is in use. */
  has(target: Target): boolean {
    return this.#usable.has(target)
  }

  /** True if a request may go to the target now. */
  admits(target: Target): boolean {
    return this.#usable.has(target) && this.#open([target]).length > 0
  }

  /** Takes over who is there and who is usable. */
  refresh(members: readonly Target[], usable: ReadonlySet<Target>): void {
    const priorities = [...new Set(members.map(({ priority }) => priority))].sort((a, b) => a - b)
    const all = priorities.map((priority) => members.filter((target) => target.priority === priority))
    const well = all.map((targets) => targets.filter((target) => usable.has(target)))
    const loads = levelLoads(
      all.map(({ length }, index) => ({ total: length, usable: (well[index] as Target[]).length })),
      this.#settings.overprovisioning,
      this.#settings.panic,
    )
    const known = new Map(this.#levels.map((level) => [level.priority, level]))
    this.#levels = priorities.map((priority, index) => {
      const level = known.get(priority) ?? { priority, balancer: this.#create(), targets: NONE, load: 0, panic: false }
      const { load, panic } = loads[index] as { load: number; panic: boolean }
      const targets = (panic ? all[index] : well[index]) as Target[]
      level.balancer.retain?.(new Set(all[index]))
      return Object.assign(level, { targets, load, panic })
    })
    this.#usable = new Set(this.#levels.flatMap(({ targets }) => targets))
    const loaded = this.#levels.filter(({ load }) => load > 0)
    this.#only = loaded.length < 2 ? loaded[0] : undefined
  }

  /** A target for one request; those of `except` are taken only where no other may be. */
  pick(except: readonly Target[] | undefined, subject: ChoiceSubject | undefined): Target | undefined {
    const level = this.#only ?? this.#draw()
    if (level === undefined) return undefined
    const open = this.#open(level.targets)
    if (except === undefined && open.length > 0) return level.balancer.pick(open, subject)
    for (const { balancer, targets } of [level, ...this.#levels]) {
      const others = this.#open(targets).filter((target) => !except?.includes(target))
      if (others.length > 0) return balancer.pick(others, subject)
    }
    return level.balancer.pick(open, subject)
  }

  #open(targets: readonly Target[]): readonly Target[] {
    return this.#admitting ? this.#admitting(targets) : targets
  }

  readonly report: AttemptListener = (target, result, status, latency) => {
    for (const { priority, balancer } of this.#levels) if (priority === target.priority) balancer.report?.(target, result, status, latency)
  }

  /** A priority by its share of the requests. */
  #draw(): Level | undefined {
    let left = this.#random() * 100
    let last: Level | undefined
    for (const level of this.#levels) {
      if (level.load === 0) continue
      last = level
      left -= level.load
      if (left < 0) break
    }
    return last
  }
}
