/** Values of flat header lines by lower-case name; several lines of one name are joined (RFC 9110 section 5.3). */
export function fieldsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (let index = 0; index < lines.length; index += 2) {
    const name = (lines[index] as string).toLowerCase()
    const before = fields.get(name)
    const value = lines[index + 1] as string
    fields.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return fields
}

/** The members of a comma-separated list, lower-case. */
export function listOf(value: string | undefined): string[] {
  if (value === undefined) return []
  return value
    .toLowerCase()
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
}

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const HTTP_DATE = new RegExp(
  `^(?:${DAY}, \\d{2} ${MONTH} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT|${DAY}[a-z]*, \\d{2}-${MONTH}-\\d{2} \\d{2}:\\d{2}:\\d{2} GMT|${DAY} ${MONTH} [ \\d]\\d \\d{2}:\\d{2}:\\d{2} \\d{4})$`,
)

/** Milliseconds since 1970 of an HTTP date (RFC 9110 section 5.6.7); undefined for anything else, much of which `Date.parse` would take. */
export function httpDate(text: string | undefined): number | undefined {
  if (text === undefined || !HTTP_DATE.test(text)) return undefined
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}
