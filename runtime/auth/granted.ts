type Claims = Readonly<Record<string, unknown>>

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((part) => typeof part === 'string') : [])

/** The scopes of a token: its `scope` (RFC 8693 section 4.2), else its `scp`; a text separates them by spaces, a list holds one each. */
export function scopesOf(claims: Claims): readonly string[] {
  const given = claims['scope'] ?? claims['scp']
  return typeof given === 'string' ? given.split(' ').filter((scope) => scope !== '') : textsOf(given)
}

/** The roles of a token: the list, or the one text, at a path of claims. */
export function rolesOf(claims: Claims, path: readonly string[]): readonly string[] {
  let at: unknown = claims
  for (const name of path) at = typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Claims)[name] : undefined
  return typeof at === 'string' ? [at] : textsOf(at)
}
