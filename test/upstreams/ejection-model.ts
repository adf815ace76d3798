/** What one attempt was, in the words of the reference. */
export type Answer = '200' | '404' | '429' | '500' | '503' | 'refused' | 'late' | 'left'

/** The numbers of the reference, in milliseconds and percent. */
export interface ReferenceRules {
  readonly any: number | false
  readonly gateway: number | false
  readonly rate: { readonly minTargets: number; readonly requests: number; readonly stdevFactor: number } | false
  readonly interval: number
  readonly base: number
  readonly max: number
  readonly share: number
}

interface Host {
  /** Answers since the last success, ejection included as a fresh start. */
  bad: Answer[]
  outUntil: number
  out: boolean
  level: number
}

const BAD: readonly Answer[] = ['500', '503', 'refused', 'late']

/** Outlier ejection as its documentation says it, kept as histories instead of counters. */
export class ReferenceEjection {
  readonly #rules: ReferenceRules
  readonly #hosts: Host[]
  #history: { host: number; good: boolean }[] = []
  #now = 0
  #lastCompared = 0

  constructor(count: number, rules: ReferenceRules) {
    this.#rules = rules
    this.#hosts = Array.from({ length: count }, () => ({ bad: [], outUntil: 0, out: false, level: 0 }))
  }

  get out(): boolean[] {
    return this.#hosts.map(({ out }) => out)
  }

  answer(index: number, answer: Answer): void {
    const host = this.#hosts[index] as Host
    if (host.out || answer === 'left') return
    const isBad = BAD.includes(answer)
    this.#history.push({ host: index, good: !isBad })
    host.bad = isBad ? [...host.bad, answer] : []
    const lastPlain = host.bad.lastIndexOf('500')
    if (host.bad.length - 1 - lastPlain === this.#rules.gateway || host.bad.length === this.#rules.any) this.#tryEject(host)
  }

  probedWell(index: number): void {
    const host = this.#hosts[index] as Host
    if (host.out) this.#back(host, index)
  }

  pass(ms: number): void {
    this.#now += ms
    const compares = this.#now >= this.#lastCompared + this.#rules.interval
    this.#hosts.forEach((host, index) => {
      if (host.out && this.#now >= host.outUntil) this.#back(host, index)
      else if (!host.out && compares && host.level > 0) host.level -= 1
    })
    if (!compares) return
    this.#lastCompared = this.#now
    const { rate } = this.#rules
    const history = this.#history
    this.#history = []
    if (!rate) return
    const rates = this.#hosts.flatMap((host, index) => {
      const own = history.filter((entry) => entry.host === index)
      return host.out || own.length < rate.requests ? [] : [{ host, rate: own.filter(({ good }) => good).length / own.length }]
    })
    if (rates.length < rate.minTargets) return
    const mean = rates.reduce((sum, entry) => sum + entry.rate, 0) / rates.length
    const deviation = Math.sqrt(rates.reduce((sum, entry) => sum + (entry.rate - mean) ** 2, 0) / rates.length)
    for (const entry of rates) if (entry.rate < mean - rate.stdevFactor * deviation) this.#tryEject(entry.host)
  }

  #tryEject(host: Host): void {
    host.bad = []
    const outAfter = this.out.filter(Boolean).length + 1
    const isWithinShare = outAfter === 1 || outAfter <= (this.#hosts.length * this.#rules.share) / 100
    if (!isWithinShare || outAfter === this.#hosts.length) return
    host.level += 1
    host.out = true
    host.outUntil = this.#now + Math.min(this.#rules.max, this.#rules.base * host.level)
  }

  #back(host: Host, index: number): void {
    host.out = false
    this.#history = this.#history.filter((entry) => entry.host !== index)
  }
}
