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
