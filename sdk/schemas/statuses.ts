import { z } from 'zod'

/** A status, or a class of them such as `'5xx'`. */
export type StatusPattern = number | '1xx' | '2xx' | '3xx' | '4xx' | '5xx'

/** A list of {@link StatusPattern}. */
export const statuses = z
  .array(
    z.union(
      [z.int().min(100).max(599), z.enum(['1xx', '2xx', '3xx', '4xx', '5xx'])],
      'expected a status such as 304 or a class such as "5xx"',
    ),
  )
  .min(1)

/** Whether a status is among the patterns. */
export function matchesStatus(patterns: readonly StatusPattern[], status: number): boolean {
  return patterns.some((pattern) => pattern === status || pattern === `${Math.floor(status / 100)}xx`)
}

const isStatus = (key: string) => /^[2-5]\d\d$/.test(key)
/** What stands there instead, where a line can show it. */
const found = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? `, got ${JSON.stringify(value)}` : '')
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * An object with an entry for each of some final statuses, taken as it is. No `z.record`: that copies, V8 keeps an object with such keys as a
 * table, and every route has several.
 *
 * @param expected what a value has to be, in words
 */
export function byStatus<T>(accepts: (value: unknown) => value is T, expected: string) {
  return z.custom<Readonly<Record<number, T>>>(isObject, `expected object, each value ${expected}`).check(({ value: given, issues }) => {
    for (const [status, value] of Object.entries(given)) {
      if (!isStatus(status)) issues.push({ code: 'custom', path: [status], message: 'expected a status from 200 to 599', input: given })
      else if (!accepts(value))
        issues.push({ code: 'custom', path: [status], message: `expected ${expected}${found(value)}`, input: given })
    }
  })
}
