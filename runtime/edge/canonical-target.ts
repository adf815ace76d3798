/** A request target in the one form that is both routed and sent upstream. */
export interface CanonicalTarget {
  /** Path with unreserved characters decoded and percent-triplets in upper case (RFC 3986 section 6.2.2). */
  readonly path: string
  /** Raw query without `?`. */
  readonly queryString: string
}

/** A path that needs no second look: no escape, no empty segment, no segment that starts with a dot, no `;` or `\`. */
const PLAIN = /^(?=\/)(?:\/[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9._~!$&'()*+,=:@-]*)*\/?$/
const PATH = /^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/
const QUERY = /^[\x21\x22\x24-\x7e]*$/
/** Characters that another parser may take for a separator, or end a string at: `/ \ NUL`. */
const DANGEROUS = /%(?:2f|5c|00)/i
const TRIPLET = /%[0-9A-Fa-f]{2}/g
const PARAMETERS = /;|%3B/
const UNRESERVED = /[A-Za-z0-9\-._~]/

function decodeUnreserved(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
  return UNRESERVED.test(character) ? character : triplet.toUpperCase()
}

/** A segment without its path parameters (`;x`), which some servers take off before they read the path. */
const nameOf = (segment: string) => segment.split(PARAMETERS, 1)[0] as string

const isDotSegment = (segment: string) => nameOf(segment) === '.' || nameOf(segment) === '..'

function isUtf8(path: string): boolean {
  try {
    decodeURI(path)
    return true
  } catch {
    return false
  }
}

function canonicalPath(raw: string): string | { readonly reason: string } {
  if (PLAIN.test(raw)) return raw
  if (!PATH.test(raw)) return { reason: 'The path has characters that must be percent-encoded.' }
  if (DANGEROUS.test(raw)) return { reason: 'The path has an encoded slash, backslash or NUL.' }
  const path = raw.replace(TRIPLET, decodeUnreserved)
  if (!isUtf8(path)) return { reason: 'The escapes of the path are not UTF-8.' }
  const segments = path.slice(1).split('/')
  if (segments.some(isDotSegment)) return { reason: 'The path has a dot segment.' }
  if (segments.some((segment, index) => nameOf(segment) === '' && index < segments.length - 1))
    return { reason: 'The path has an empty segment.' }
  return path
}

/**
 * Canonicalises an origin-form target. Whatever a second parser could read as another path is refused:
 * encoded separators, dot segments, empty segments, backslashes, fragments, escapes that are not UTF-8.
 */
export function canonicalTarget(target: string): CanonicalTarget | { readonly reason: string } {
  const mark = target.indexOf('?')
  const path = canonicalPath(mark < 0 ? target : target.slice(0, mark))
  if (typeof path !== 'string') return path
  const queryString = mark < 0 ? '' : target.slice(mark + 1)
  if (!QUERY.test(queryString)) return { reason: 'The query has characters that must be percent-encoded.' }
  return { path, queryString }
}
