const NO_COOKIES: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

/** Cookies by name from a `Cookie` field (RFC 6265 section 5.4), values as sent; of several with one name, the first. */
export function parseCookies(field: string | undefined): Readonly<Record<string, string>> {
  if (field === undefined) return NO_COOKIES
  const cookies: Record<string, string> = Object.create(null)
  for (const pair of field.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    cookies[pair.slice(0, equals).trim()] ??= pair.slice(equals + 1).trim()
  }
  return cookies
}
