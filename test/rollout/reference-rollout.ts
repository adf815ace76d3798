import type { AbortSettings } from '../../sdk/rollout.js'

interface Entry {
  readonly at: number
  readonly side: 0 | 1
  readonly failed: boolean
}

/**
 * What a rollout should do, told from its whole history. It knows no hash: of each key it keeps between which shares its point must lie, from
 * the sides that it was seen on, and a side that does not fit is a contradiction.
 */
export class ReferenceRollout {
  now = 0
  percent: number
  setBy: 'config' | 'hand' | 'errors' = 'config'
  period = 0
  readonly #abort: AbortSettings
  readonly #points = new Map<string, { from: number; below: number }>()
  #entries: Entry[] = []

  constructor(percent: number, abort: AbortSettings) {
    this.percent = percent
    this.#abort = abort
  }

  /** True if a key may be on this side after all that was seen of it. */
  allows(key: string, side: 0 | 1): boolean {
    if (key === '') return side === (this.percent === 100 ? 1 : 0)
    const point = this.#points.get(key) ?? { from: 0, below: 100 }
    if (side === 1) point.below = Math.min(point.below, this.percent)
    else point.from = Math.max(point.from, this.percent)
    this.#points.set(key, point)
    return point.from < point.below
  }

  ended(side: 0 | 1, period: number, failed: boolean): void {
    if (period !== this.period) return
    this.#entries.push({ at: this.now, side, failed })
    if (side === 0) return
    const { errorRatio, minRequests, over } = this.#abort
    const canary = this.#recent(1)
    const ratio = (entries: readonly Entry[]) =>
      entries.length === 0 ? 0 : entries.filter((entry) => entry.failed).length / entries.length
    const allowed = errorRatio + (over === 'stable' ? ratio(this.#recent(0)) : 0)
    if (canary.length >= minRequests && ratio(canary) > allowed) this.#turn(0, 'errors')
  }

  set(percent: number): void {
    this.#turn(percent, 'hand')
  }

  get requests(): number {
    return this.#recent(1).length
  }

  #turn(percent: number, setBy: 'hand' | 'errors'): void {
    this.percent = percent
    this.setBy = setBy
    this.period++
    this.#entries = []
  }

  /** Of one side, what lies in the present tenth of the window or the nine before. */
  #recent(side: 0 | 1): Entry[] {
    const tenth = this.#abort.window / 10
    const first = Math.floor(this.now / tenth) - 9
    return this.#entries.filter((entry) => entry.side === side && Math.floor(entry.at / tenth) >= first)
  }
}
