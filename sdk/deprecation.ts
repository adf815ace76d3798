import { z } from 'zod'
import type { Effects } from './effects.js'
import { type Day, type Instant, moment, period } from './schemas/time.js'

const reference = z
  .string()
  .regex(/^(?:https?:\/\/|\/)[\x21-\x7e]*$/, 'expected a URL, or a path that starts with "/"')
  .refine((text) => !/[<>"\\^`{|}]/.test(text), 'has a character that no URL may have')

/** The end of a route's life, as data. */
export const deprecationSchema = z
  .strictObject({
    /** Since when its callers should move on: a day in UTC, or a time with its offset; becomes `Deprecation` (RFC 9745). */
    since: moment,
    /** When it ceases to be served; becomes `Sunset` (RFC 8594). Default: not decided. */
    sunset: moment.optional(),
    /** URL or path of what takes its place; becomes `Link` with `rel="successor-version"` (RFC 5829). */
    successor: reference.optional(),
    /** URL or path of a page about it; becomes `Link` with `rel="deprecation"`. */
    docs: reference.optional(),
    /** Times at which it answers GONE, so that callers who read no headers notice. Default: none. */
    brownOuts: z.array(period).default([]),
    /** What is served after the sunset: the route as ever (`serve`), or the problem GONE. Default `serve`. */
    afterSunset: z.enum(['serve', 'gone']).default('serve'),
  })
  .superRefine(({ since, sunset, afterSunset }, ctx) => {
    // RFC 9745 section 4.
    if (sunset !== undefined && sunset < since)
      ctx.addIssue({ code: 'custom', path: ['sunset'], message: 'the sunset lies before the deprecation' })
    if (sunset === undefined && afterSunset === 'gone')
      ctx.addIssue({ code: 'custom', path: ['afterSunset'], message: '`gone` needs a `sunset`' })
  })

/** Parsed {@link DeprecationOptions}; times in milliseconds since 1970. */
export type DeprecationSettings = z.output<typeof deprecationSchema>

/** The end of a route's life, as data: response headers, documents, client and a metric of who still calls follow from it. */
export interface DeprecationOptions {
  /** Since when its callers should move on: a day in UTC, or a time with its offset; becomes `Deprecation` (RFC 9745). */
  readonly since: Day | Instant
  /** When it ceases to be served; becomes `Sunset` (RFC 8594). Default: not decided. */
  readonly sunset?: Day | Instant
  /** URL or path of what takes its place; becomes `Link` with `rel="successor-version"` (RFC 5829). */
  readonly successor?: `http${string}` | `/${string}`
  /** URL or path of a page about it; becomes `Link` with `rel="deprecation"`. */
  readonly docs?: `http${string}` | `/${string}`
  /** Times at which it answers GONE, so that callers who read no headers notice. Default: none. */
  readonly brownOuts?: readonly { readonly start: Instant; readonly end: Instant }[]
  /** What is served after the sunset: the route as ever (`serve`), or the problem GONE. Default `serve`. */
  readonly afterSunset?: 'serve' | 'gone'
}

/** What callers can observe of a deprecation. */
export function deprecationEffects({ sunset, successor, docs, brownOuts, afterSunset }: DeprecationSettings): Effects {
  const linked = successor !== undefined || docs !== undefined
  return {
    problems: brownOuts.length > 0 || afterSunset === 'gone' ? ['GONE'] : [],
    headers: [
      { name: 'Deprecation', description: 'Since when the operation is deprecated (RFC 9745).', on: 'any' },
      ...(sunset === undefined ? [] : [{ name: 'Sunset', description: 'When the operation ceases (RFC 8594).', on: 'any' as const }]),
      ...(linked ? [{ name: 'Link', description: 'Its successor, and a page about its deprecation (RFC 8288).', on: 'any' as const }] : []),
      ...(brownOuts.length > 0 ? [{ name: 'Retry-After', description: 'Seconds after which to try again.', on: 'problems' as const }] : []),
    ],
  }
}
