import type { BreakerSettings } from '../../../sdk/breaker.js'

type Verdict = 'success' | 'failure' | 'neutral' | 'none'
interface Attempt {
  readonly period: number
  over: boolean
  good: boolean
}
interface Entry {
  readonly at: number
  readonly failed: boolean
  readonly slow: boolean
}

/**
 * What a breaker should do, told from the whole history instead of from counters: periods are the stretches between two changes of state, and every
 * question is answered by looking through what happened in the present one.
 */
export class ReferenceBreaker {
  now = 0
  readonly #given: BreakerSettings
  #period = 0
  #kind: 'closed' | 'open' | 'half-open' = 'closed'
  #reopens = 0
  #until = 0
  #held = false
  #entries: Entry[] = []
  #attempts: Attempt[] = []

  constructor(given: BreakerSettings) {
    this.#given = given
  }

  get state() {
    return this.#kind
  }

  start(): Attempt | undefined {
    if (this.#kind === 'open' && !this.#held && this.now >= this.#until) this.#turn('half-open')
    const attempt = { period: this.#period, over: false, good: false }
    if (this.#kind === 'open') return undefined
    if (this.#kind === 'half-open') {
      const busy = this.#attempts.filter(({ period, over, good }) => period === this.#period && (!over || good))
      if (busy.length >= this.#given.permitted) return undefined
    }
    this.#attempts.push(attempt)
    return attempt
  }

  end(attempt: Attempt, verdict: Verdict, latency: number): void {
    attempt.over = true
    if (attempt.period !== this.#period) return
    const slow = this.#given.slowCall !== undefined && latency > this.#given.slowCall
    if (this.#kind === 'half-open') {
      if (verdict === 'none') return
      attempt.good = verdict !== 'failure' && !slow
      if (!attempt.good) this.#reopen()
      else if (this.#attempts.filter(({ period, good }) => good && period === this.#period).length === this.#given.permitted) {
        this.#reopens = 0
        this.#turn('closed')
      }
    } else if (verdict === 'success' || verdict === 'failure') this.#note(verdict === 'failure', slow)
  }

  breakOff(attempt: Attempt): void {
    if (attempt.period !== this.#period) return
    if (this.#kind === 'half-open') this.#reopen()
    else this.#note(true, false)
  }

  hold(to: 'open' | 'closed' | 'auto'): void {
    this.#held = to !== 'auto'
    this.#reopens = 0
    this.#turn(to === 'open' ? 'open' : 'closed')
  }

  #note(failed: boolean, slow: boolean): void {
    this.#entries.push({ at: this.now, failed, slow })
    if (this.#held || !this.#isTooMuch()) return
    this.#reopen()
  }

  #isTooMuch(): boolean {
    const { window, minRequests, failureRatio, failures, slowRatio = 0.5 } = this.#given
    const tail = failures === undefined ? [] : this.#entries.slice(-failures)
    if (failures !== undefined && tail.length === failures && tail.every(({ failed }) => failed)) return true
    const bucket = (at: number) => ('ms' in window ? Math.floor((at * 10) / window.ms) : 0)
    const seen =
      'count' in window ? this.#entries.slice(-window.count) : this.#entries.filter(({ at }) => bucket(at) > bucket(this.now) - 10)
    if (seen.length < minRequests) return false
    const share = (of: (entry: Entry) => boolean) => seen.filter(of).length / seen.length
    return share(({ failed }) => failed) >= failureRatio || share(({ slow }) => slow) >= slowRatio
  }

  #reopen(): void {
    const { open, maxOpen } = this.#given
    let wait = open
    for (let times = 0; maxOpen !== undefined && times < this.#reopens; times++) wait = Math.min(maxOpen, wait * 2)
    this.#reopens++
    this.#until = this.now + wait
    this.#turn('open')
  }

  #turn(to: 'closed' | 'open' | 'half-open'): void {
    this.#kind = to
    this.#period++
    this.#entries = []
    this.#attempts = []
  }
}
