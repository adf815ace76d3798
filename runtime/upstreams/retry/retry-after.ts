const NAME = 'retry-after'

/**
 * How long a response's `Retry-After` asks to wait (RFC 9110 section 10.2.3), in milliseconds; undefined without a valid one.
 * @param lines flat: name, value, name, value
 * @param now milliseconds since 1970
 */
export function readRetryAfter(lines: readonly Buffer[], now: number): number | undefined {
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index] as Buffer
    if (name.length !== NAME.length || name.toString('latin1').toLowerCase() !== NAME) continue
    const value = (lines[index + 1] as Buffer).toString('latin1').trim()
    if (/^\d+$/.test(value)) return Number(value) * 1_000
    const date = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN
    return Number.isNaN(date) ? undefined : Math.max(0, date - now)
  }
  return undefined
}
