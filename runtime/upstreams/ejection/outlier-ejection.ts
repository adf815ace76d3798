import type { EjectionSettings } from '../../../sdk/ejection.js'
import type { HealthDeps } from '../health.js'
import type { AttemptListener, Target } from '../target.js'
import { classifyAttempt } from './classify-attempt.js'
import { lowSuccessRates } from './low-success-rates.js'

type Reason = 'consecutive-5xx' | 'consecutive-gateway-errors' | 'success-rate'

interface Record {
  readonly target: Target
  /** When it comes back, on the clock's `now`; undefined while it is in. */
  until: number | undefined
  times: number
  failures: number
  gatewayFailures: number
  total: number
  successes: number
}

const FRESH = { until: undefined, times: 0, failures: 0, gatewayFailures: 0, total: 0, successes: 0 }

/** Watches how the targets of one upstream answer, and says which of them are out. */
export class OutlierEjection {
  readonly #upstream: string
  readonly #settings: EjectionSettings
  readonly #deps: HealthDeps
  readonly #changed: () => void
  readonly #records = new Map<Target, Record>()
  #ejected = 0
  #comparedAt: number
  #timer: NodeJS.Timeout | undefined

  constructor(upstream: string, settings: EjectionSettings, deps: HealthDeps, changed: () => void) {
    this.#upstream = upstream
    this.#settings = settings
    this.#deps = deps
    this.#changed = changed
    this.#comparedAt = deps.clock.now()
    this.#arm()
  }

  /** Takes over who is there. */
  follow(targets: readonly Target[]): void {
    for (const target of targets) if (!this.#records.has(target)) this.#records.set(target, { target, ...FRESH })
    const members = new Set(targets)
    for (const [target, { until }] of this.#records) {
      if (members.has(target)) continue
      if (until !== undefined) this.#ejected--
      this.#records.delete(target)
    }
  }

  isEjected(target: Target): boolean {
    return this.#records.get(target)?.until !== undefined
  }

  readonly report: AttemptListener = (target, result, status) => {
    const record = this.#records.get(target)
    // What was sent before an ejection tells of the time before it.
    if (!record || record.until !== undefined) return
    const verdict = classifyAttempt(result, status)
    if (verdict === 'neutral') return
    const { consecutive5xx, consecutiveGatewayErrors } = this.#settings
    record.total++
    if (verdict === 'ok') {
      record.successes++
      record.failures = record.gatewayFailures = 0
      return
    }
    record.failures++
    record.gatewayFailures = verdict === 'gateway-failure' ? record.gatewayFailures + 1 : 0
    if (record.gatewayFailures === consecutiveGatewayErrors) this.#eject(record, 'consecutive-gateway-errors')
    else if (record.failures === consecutive5xx) this.#eject(record, 'consecutive-5xx')
  }

  /** Takes a target back before its time, since a probe found it well. */
  restore(target: Target): void {
    const record = this.#records.get(target)
    if (record?.until !== undefined) this.#return(record)
  }

  /** Does what is due: takes back targets whose time is over, and compares success rates once an `interval`. */
  sweep(): void {
    const now = this.#deps.clock.now()
    const isDue = now - this.#comparedAt >= this.#settings.interval
    for (const record of this.#records.values()) {
      if (record.until === undefined) {
        if (isDue) record.times = Math.max(0, record.times - 1)
      } else if (record.until <= now) this.#return(record)
    }
    if (!isDue) return
    this.#comparedAt = now
    this.#compare()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #compare(): void {
    const { successRate } = this.#settings
    const records = [...this.#records.values()]
    if (successRate) {
      const compared = records.filter(({ until, total }) => until === undefined && total >= successRate.requests)
      const low = compared.length < successRate.minTargets ? [] : lowSuccessRates(compared, successRate.stdevFactor)
      for (const record of low) this.#eject(record, 'success-rate')
    }
    for (const record of records) record.total = record.successes = 0
  }

  #eject(record: Record, reason: Reason): void {
    record.failures = record.gatewayFailures = 0
    const { mode, maxShare, baseTime, maxTime, jitter } = this.#settings
    const count = this.#records.size
    const most = Math.min(count - 1, Math.max(1, Math.floor((count * maxShare) / 100)))
    if (this.#ejected >= most) return
    const fields = { upstream: this.#upstream, target: record.target.url }
    this.#deps.count('gatewright_target_ejections_total', { ...fields, reason, mode })
    if (mode === 'shadow') {
      this.#deps.log.warn({ ...fields, reason }, 'target would be ejected')
      return
    }
    record.times++
    const forMs = Math.min(baseTime * record.times, maxTime) + Math.round(jitter * this.#deps.random())
    record.until = this.#deps.clock.now() + forMs
    this.#ejected++
    this.#deps.log.warn({ ...fields, reason, forMs }, 'target is ejected')
    this.#deps.tell?.({ ...fields, change: 'ejected', reason })
    this.#arm()
    this.#changed()
  }

  #return(record: Record): void {
    record.until = undefined
    record.total = record.successes = 0
    this.#ejected--
    const fields = { upstream: this.#upstream, target: record.target.url }
    this.#deps.log.info(fields, 'target is back')
    this.#deps.tell?.({ ...fields, change: 'returned' })
    this.#changed()
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const now = this.#deps.clock.now()
    let next = this.#comparedAt + this.#settings.interval
    for (const { until } of this.#records.values()) if (until !== undefined && until < next) next = until
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, next - now))
    this.#timer.unref()
  }

  #tick(): void {
    this.sweep()
    this.#arm()
  }
}
