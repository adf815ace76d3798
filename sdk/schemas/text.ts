import { z } from 'zod'

/** A length of time such as `'250ms'`, `'10s'`, `'5m'`, `'1h'` or `'1d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** A number of bytes such as `'64kb'` or `'1mb'`; units are powers of 1,024. */
export type Size = `${number}${'b' | 'kb' | 'mb' | 'gb'}`

/** A number of requests per unit of time, such as `'60/min'`. */
export type Rate = `${number}/${'s' | 'min' | 'h' | 'day'}`

/** One or more rates that all hold at once, such as `'100/min & 10000/day'` or `['10/s', '100/min', '10000/day']`. */
export type Rates = Rate | `${Rate} & ${Rate}` | readonly Rate[]

/** A parsed rate: `count` requests per `periodMs` milliseconds. */
export interface RateSettings {
  readonly count: number
  readonly periodMs: number
}

const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const SIZE_BYTES = { b: 1, kb: 1_024, mb: 1_048_576, gb: 1_073_741_824 } as const
const PERIOD_MS = { s: 1_000, min: 60_000, h: 3_600_000, day: 86_400_000 } as const

function measure(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text)
  const unit = match && Object.hasOwn(units, match[2] as string) ? units[match[2] as string] : undefined
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined
}

/** A schema that parses texts, and says what it expected of one that it cannot. */
export function parsed<T>(parse: (text: string) => T | undefined, expected: string) {
  return z
    .custom<string>((value) => typeof value === 'string')
    .transform((text, ctx): T => {
      const value = parse(text)
      if (value !== undefined) return value
      ctx.addIssue({ code: 'custom', message: `expected ${expected}, got ${JSON.stringify(text)}`, params: { expected } })
      return z.NEVER
    })
}

/** Parses a {@link Duration} to milliseconds. */
export const duration = parsed((text) => measure(text, DURATION_MS), 'a duration such as "250ms", "10s" or "5m"')

/** Longest that a timer of Node.js waits, in milliseconds; it takes what is longer for 1 ms. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Parses a {@link Duration} that is waited for by one timer: at most 24 days. */
export const timerDuration = duration.refine((ms) => ms <= LONGEST_TIMER_MS, 'expected at most 24d')

/** Parses a {@link Size} to bytes. */
export const size = parsed((text) => measure(text, SIZE_BYTES), 'a size such as "64kb" or "1mb"')

function parseRate(text: unknown): RateSettings | undefined {
  const match = typeof text === 'string' ? /^(\d+)\/(s|min|h|day)$/.exec(text) : null
  const count = Number(match?.[1])
  return match && count >= 1 && Number.isSafeInteger(count) ? { count, periodMs: PERIOD_MS[match[2] as keyof typeof PERIOD_MS] } : undefined
}

/** Parses {@link Rates} to {@link RateSettings}, the shortest period first; counts are whole numbers of at least 1, and each period occurs once. */
export const rates = z
  .custom<string | readonly string[]>((value) => typeof value === 'string' || Array.isArray(value))
  .transform((given, ctx): readonly RateSettings[] => {
    const parts = (typeof given === 'string' ? given.split(' & ') : given).map(parseRate)
    const found = parts.filter((part) => part !== undefined).sort((one, other) => one.periodMs - other.periodMs)
    const distinct = new Set(found.map(({ periodMs }) => periodMs)).size === found.length
    if (found.length === parts.length && found.length > 0 && distinct) return found
    const expected =
      'a rate such as "60/min" (a whole number per s, min, h or day), or several such as "100/min & 10000/day", each per another unit'
    ctx.addIssue({ code: 'custom', message: `expected ${expected}, got ${JSON.stringify(given)}`, params: { expected } })
    return z.NEVER
  })

/** An HTTP field name (RFC 9110 section 5.1), lower-cased. */
export const headerName = parsed(
  (text) => (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text) ? text.toLowerCase() : undefined),
  'a header name (letters, digits and hyphens)',
)

/** True for text that arrives unchanged as an HTTP field value (RFC 9110 section 5.5): Latin-1, no control characters, no outer spaces. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(text) && text.trim() === text
}

/** An HTTP field value; see {@link isHeaderValue}. */
export const headerValue = parsed(
  (text) => (isHeaderValue(text) ? text : undefined),
  'a header value of Latin-1 characters without control characters or outer spaces',
)

/** A scope (RFC 6749 section 3.3): printable ASCII without spaces, quotes and backslashes. */
export const scopeToken = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'expected a scope of printable ASCII without spaces, quotes and backslashes')

/** An absolute http or https URL without credentials or fragment. */
export const httpUrl = parsed((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password && !url.hash
  return plain ? text : undefined
}, 'an http or https URL')
