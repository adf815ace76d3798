/** The field that tells a caller to come again after `ms` milliseconds, in whole seconds (RFC 9110 section 10.2.3). */
export function retryAfter(ms: number): readonly [name: string, value: string] {
  return ['Retry-After', String(Math.max(1, Math.ceil(ms / 1_000)))]
}
