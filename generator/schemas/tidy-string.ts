import { z } from 'zod'

type Json = z.core.JSONSchema.BaseSchema

/** Formats of JSON Schema 2020-12 section 7.3 by zod's name for them. */
const STANDARD: ReadonlyMap<string, string> = new Map([
  ['date', 'date'],
  ['datetime', 'date-time'],
  ['duration', 'duration'],
  ['email', 'email'],
  ['guid', 'uuid'],
  ['hostname', 'hostname'],
  ['ipv4', 'ipv4'],
  ['ipv6', 'ipv6'],
  ['url', 'uri'],
  ['uuid', 'uuid'],
])

/** What zod writes as `format` although it only names a check. */
const CHECKS = new Set(['ends_with', 'includes', 'json_string', 'json-string', 'lowercase', 'regex', 'starts_with', 'uppercase'])

const { regexes } = z.core
const OWN = new Set<unknown>([
  ...Object.values(regexes).flatMap((value) => (value instanceof RegExp ? [value.source] : [])),
  ...[undefined, 1, 2, 3, 4, 5, 6, 7, 8].map((version) => regexes.uuid(version).source),
])
const DATETIME = `${regexes.date.source.slice(0, -1)}T`

// The pattern of an offset or precision differs, but every one begins with the same calendar date.
const isOwn = (pattern: unknown) => OWN.has(pattern) || (typeof pattern === 'string' && pattern.startsWith(DATETIME))

interface FormatCheck {
  readonly format?: string
  readonly local?: boolean
  readonly precision?: number | null
}

// A time stamp without seconds or offset is not what `date-time` means (RFC 3339 section 5.6).
const isLax = ({ local, precision }: FormatCheck) => local === true || precision === -1

/**
 * Gives a string the format that its schema names, and drops the pattern that zod adds to a standard format; patterns of
 * the user's own stay.
 */
export function tidyString(schema: z.core.$ZodType, json: Json): void {
  const checks = [schema, ...(schema._zod.def.checks ?? [])].map((check) => check._zod.def as FormatCheck)
  const named = checks.filter(({ format }) => format !== undefined)
  const standard = named.filter((check) => !isLax(check)).flatMap(({ format = '' }) => STANDARD.get(format) ?? [])[0]
  if (CHECKS.has(named.at(-1)?.format ?? '')) {
    if (standard) json.format = standard
    else delete json.format
  }
  if (standard === undefined || json.format !== standard) return
  if (isOwn(json.pattern)) delete json.pattern
  const patterns = json.allOf?.filter((part) => !isOwn((part as Json).pattern))
  if (!patterns) return
  delete json.allOf
  if (patterns.length === 1) Object.assign(json, patterns[0])
  else if (patterns.length > 1) json.allOf = patterns
}
