import { duration } from '../../../sdk/schemas/text.js'
import { usageError } from '../usage-error.js'

/** A time as flags say it: a date such as `2030-01-31T00:00:00Z`, or how long from now such as `30d`; as ISO 8601. */
export function readTime(text: string, flag: string, now = Date.now()): string {
  const ahead = duration.safeParse(text)
  if (ahead.success) return new Date(now + ahead.data).toISOString()
  const time = /^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw usageError(`\`${flag}\` takes a time such as 2030-01-31T00:00:00Z, or how long from now such as 30d`)
  return new Date(time).toISOString()
}
