import type { QuotaUnit } from '../../sdk/schemas/quota-rate.js'
import type { QuotaBounds } from '../stores/quota.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The clocks on the walls of one time zone. Local times are written as the milliseconds since 1970 that they would be in UTC. */
class Zone {
  readonly #format: Intl.DateTimeFormat

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  localOf(instant: number): number {
    const parts: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(instant)) parts[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1_000) + 1_000) % 1_000)
  }

  /** When a local day begins: at its first midnight, or where midnight is skipped, at the moment of the change. */
  startOf(localMidnight: number): number {
    const before = localMidnight - this.#offsetAt(localMidnight - DAY_MS)
    const after = localMidnight - this.#offsetAt(localMidnight + DAY_MS)
    const [first, last] = before < after ? [before, after] : [after, before]
    if (this.localOf(first) === localMidnight) return first
    return this.localOf(last) === localMidnight ? last : before
  }

  #offsetAt(instant: number): number {
    return this.localOf(instant) - instant
  }
}

interface Window {
  readonly start: number
  readonly end: number
}

type WindowAt = (local: Date, instant: number) => Window

/** The anchor day of a month, or its last day where it has fewer. */
function anchored(year: number, month: number, anchor: number): number {
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(anchor, days))
}

function compileWindows(zone: Zone, anchor: number): Readonly<Record<QuotaUnit, WindowAt>> {
  const between = (from: number, till: number): Window => ({ start: zone.startOf(from), end: zone.startOf(till) })
  const days = (local: Date, back: number, length: number): Window => {
    const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate() - back]
    return between(Date.UTC(year, month, day), Date.UTC(year, month, day + length))
  }
  return {
    hour(local, instant) {
      const start = instant - (local.getTime() % HOUR_MS)
      return { start, end: start + HOUR_MS }
    },
    day: (local) => days(local, 0, 1),
    // Weeks begin on Monday (ISO 8601).
    week: (local) => days(local, (local.getUTCDay() + 6) % 7, 7),
    month(local) {
      const year = local.getUTCFullYear()
      const month = local.getUTCMonth() - (local.getTime() < anchored(local.getUTCFullYear(), local.getUTCMonth(), anchor) ? 1 : 0)
      return between(anchored(year, month, anchor), anchored(year, month + 1, anchor))
    },
    year: (local) => between(Date.UTC(local.getUTCFullYear(), 0, 1), Date.UTC(local.getUTCFullYear() + 1, 0, 1)),
  }
}

/** Compiles a calendar; what it returns gives the windows around a time in milliseconds since 1970, and computes only when one is over. */
export function compileCalendar(unit: QuotaUnit, timeZone: string, anchor: number): (now: number) => QuotaBounds {
  const zone = new Zone(timeZone)
  const windowOf = compileWindows(zone, anchor)[unit]
  const windowAt = (instant: number): Window => windowOf(new Date(zone.localOf(instant)), instant)
  let bounds: QuotaBounds = [0, 0, 0, 0]
  return (now) => {
    if (now >= bounds[1] && now < bounds[2]) return bounds
    const { start, end } = windowAt(now)
    bounds = [windowAt(start - 1).start, start, end, windowAt(end).end]
    return bounds
  }
}
