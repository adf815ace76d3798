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
/** Characters that another parser may take for a separator, or end a string at. */
const BACKSLASH_OR_NUL = /%(?:5c|00)/i
const ENCODED_SLASH = /%2f/i
const SEPARATOR = /\/|%2F/
const TRIPLET = /%[0-9A-Fa-f]{2}/g
const PARAMETERS = /;|%3B/
const UNRESERVED = /[A-Za-z0-9\-._~]/

/** Why a path with `%2F` is refused where no route keeps it. */
export const ENCODED_SLASH_REASON = 'The path has an encoded slash.'

/** True for a canonical path that holds an encoded slash. */
export const hasEncodedSlash = (path: string) => path.includes('%2F')

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

function canonicalPath(raw: string, keepEncodedSlashes: boolean): string | { readonly reason: string } {
  if (PLAIN.test(raw)) return raw
  if (!PATH.test(raw)) return { reason: 'The path has characters that must be percent-encoded.' }
  if (BACKSLASH_OR_NUL.test(raw)) return { reason: 'The path has an encoded backslash or NUL.' }
  if (!keepEncodedSlashes && ENCODED_SLASH.test(raw)) return { reason: ENCODED_SLASH_REASON }
  const path = raw.replace(TRIPLET, decodeUnreserved)
  if (!isUtf8(path)) return { reason: 'The escapes of the path are not UTF-8.' }
  // An encoded slash stays in its segment, yet neither reading of the path may hold a dot segment or an empty one.
  const segments = path.slice(1).split(SEPARATOR)
  if (segments.some(isDotSegment)) return { reason: 'The path has a dot segment.' }
  if (segments.some((segment, index) => nameOf(segment) === '' && index < segments.length - 1))
    return { reason: 'The path has an empty segment.' }
  return path
}

/**
 * Canonicalises an origin-form target. Whatever a second parser could read as another path is refused:
 * encoded separators, dot segments, empty segments, backslashes, fragments, escapes that are not UTF-8.
 * @param keepEncodedSlashes lets `%2F` stand, for routes that take it as part of a segment
 */
export function canonicalTarget(target: string, keepEncodedSlashes = false): CanonicalTarget | { readonly reason: string } {
  const mark = target.indexOf('?')
  const path = canonicalPath(mark < 0 ? target : target.slice(0, mark), keepEncodedSlashes)
  if (typeof path !== 'string') return path
  const queryString = mark < 0 ? '' : target.slice(mark + 1)
  if (!QUERY.test(queryString)) return { reason: 'The query has characters that must be percent-encoded.' }
  return { path, queryString }
}
