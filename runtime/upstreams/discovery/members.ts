import type { Target } from '../target.js'
import { type FoundTarget, identityOf } from './found-target.js'

/** What a new list of targets changes. */
export interface MemberChange {
  readonly joined: readonly Target[]
  readonly left: readonly Target[]
  /** Targets that stay, with another weight than before. */
  readonly reweighed: ReadonlyMap<Target, number>
}

/** The targets of an upstream: those that stay in the list are the same ones, with all that is known of them. */
export class Members {
  /** Another list after each change. */
  targets: readonly Target[] = []
  /** The targets, and those that left but still have requests. */
  serving: readonly Target[] = []
  readonly #open: (found: FoundTarget) => Target
  readonly #retire: (target: Target) => Promise<void>
  readonly #leaving = new Set<Target>()
  #byIdentity = new Map<string, Target>()

  /** `open` makes a target of a place that is new; `retire` lets the requests of one that left end. */
  constructor(open: (found: FoundTarget) => Target, retire: (target: Target) => Promise<void>) {
    this.#open = open
    this.#retire = retire
  }

  /** Takes over who is there. */
  replace(list: readonly FoundTarget[]): MemberChange {
    const before = this.#byIdentity
    const joined: Target[] = []
    const reweighed = new Map<Target, number>()
    const all = list.map((found): [string, Target] => {
      const identity = identityOf(found)
      const known = before.get(identity)
      if (!known) {
        const target = this.#open(found)
        joined.push(target)
        return [identity, target]
      }
      const { weight, priority, labels } = typeof found === 'string' ? { weight: 1, priority: 0, labels: {} } : found
      Object.assign(known, { priority, labels })
      reweighed.set(known, weight)
      return [identity, known]
    })
    this.#byIdentity = new Map(all)
    this.targets = all.map(([, target]) => target)
    const staying = new Set(this.targets)
    const left = [...before.values()].filter((target) => !staying.has(target))
    for (const target of left) this.#letGo(target)
    this.serving = [...this.targets, ...this.#leaving]
    return { joined, left, reweighed }
  }

  #letGo(target: Target): void {
    this.#leaving.add(target)
    void this.#retire(target).then(() => {
      this.#leaving.delete(target)
      this.serving = [...this.targets, ...this.#leaving]
    })
  }
}
