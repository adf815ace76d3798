const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? value.slice(0, 10) : undefined
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value.replace(/\s+/g, ' ') : undefined)

/** What a deprecated operation's `x-deprecation` and `x-sunset` say, in one line; empty if they say nothing. */
export function deprecationText(operation: object): string {
  const { 'x-deprecation': deprecation, 'x-sunset': sunset } = operation as { 'x-deprecation'?: unknown; 'x-sunset'?: unknown }
  const { since, successor, docs } = (typeof deprecation === 'object' && deprecation !== null ? deprecation : {}) as Record<string, unknown>
  return [
    day(since) && `Since ${day(since)}.`,
    day(sunset) && `Ends on ${day(sunset)}.`,
    text(successor) && `Use ${text(successor)} instead.`,
    text(docs) && `See ${text(docs)}`,
  ]
    .filter(Boolean)
    .join(' ')
}
