import { z } from 'zod'
import { headerName } from './schemas/text.js'

/**
 * A condition on a header, query parameter or cookie: equal to a text, beginning with one (`prefix`), matching a regular
 * expression (`pattern`), or there or not with any value (`present`).
 */
export type Condition = string | { readonly pattern: string } | { readonly prefix: string } | { readonly present: boolean }

/** Conditions beyond method and path; a route with conditions is tried before one without. */
export interface MatchOptions {
  /** Host name without port; `*.example.com` matches one label. */
  readonly host?: string
  /** By name; several lines of one header are one value, joined with `, `. */
  readonly headers?: Readonly<Record<string, Condition>>
  /** By name, decoded; of a repeated parameter the first. */
  readonly query?: Readonly<Record<string, Condition>>
  /** By name, values as sent (RFC 6265); of several cookies with one name the first. */
  readonly cookies?: Readonly<Record<string, Condition>>
}

const condition = z.union(
  [
    z.string(),
    z.strictObject({ pattern: z.string().min(1) }),
    z.strictObject({ prefix: z.string().min(1) }),
    z.strictObject({ present: z.boolean() }),
  ],
  'expected a text, { pattern }, { prefix } or { present }',
)

const cookieName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected a cookie name (RFC 6265)')

/** The `match` of a route. */
export const matchSchema = z.strictObject({
  /** Host name without port; `*.example.org` matches one label. */
  host: z
    .string()
    .regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'expected a host name such as "api.example.org" or "*.example.org"')
    .optional(),
  /** Conditions on request headers, by name: a text that the value equals, `{ prefix }`, `{ pattern }` or `{ present }`. */
  headers: z.record(headerName, condition).optional(),
  /** Conditions on query parameters, by name. */
  query: z.record(z.string(), condition).optional(),
  /** Conditions on cookies, by name (RFC 6265). */
  cookies: z.record(cookieName, condition).optional(),
})
