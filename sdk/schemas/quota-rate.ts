import { z } from 'zod'

const UNITS = ['hour', 'day', 'week', 'month', 'year'] as const

/** A calendar window. Weeks begin on Monday (ISO 8601). */
export type QuotaUnit = (typeof UNITS)[number]

/** A number of requests per calendar window, such as `'1000/month'`. */
export type QuotaRate = `${number}/${QuotaUnit}`

/** A parsed {@link QuotaRate}. */
export interface QuotaRateSettings {
  readonly count: number
  readonly unit: QuotaUnit
}

/** Parses a {@link QuotaRate}; the count is a whole number of at least 1. */
export const quotaRate = z
  .custom<string>((value) => typeof value === 'string')
  .transform((text, ctx): QuotaRateSettings => {
    const [, digits, name] = /^(\d+)\/(\w+)$/.exec(text) ?? []
    const unit = UNITS.find((one) => one === name)
    const count = Number(digits)
    if (unit && count >= 1 && Number.isSafeInteger(count)) return { count, unit }
    const expected = 'a quota such as "1000/month" (a whole number per hour, day, week, month or year)'
    ctx.addIssue({ code: 'custom', message: `expected ${expected}, got ${JSON.stringify(text)}`, params: { expected } })
    return z.NEVER
  })

/** A time zone of the IANA database, such as `Europe/Berlin`, or an offset such as `+02:00`. */
export const timeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}, 'expected a time zone such as "UTC" or "Europe/Berlin"')
