const MAX_LENGTH = 8_192
const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** A token's parts as they were sent; nothing in it may be trusted. */
export interface UnverifiedToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
}

/** True if re-encoding the decoded part gives the same text: no impossible length, no stray bits in the last character. */
function isCanonical(part: string): boolean {
  const rest = part.length % 4
  if (rest === 0) return true
  return rest !== 1 && (rest === 2 ? 'AQgw' : 'AEIMQUYcgkosw048').includes(part.at(-1) as string)
}

/**
 * True for a signed token in its only compact spelling (RFC 7515 section 7.1), at most 8 KB. Lenient base64url
 * would let one signature have many spellings, which caches and revocation lists could not tell from one another.
 */
export function isCompactToken(token: string): boolean {
  return token.length <= MAX_LENGTH && SHAPE.test(token) && token.split('.').every(isCanonical)
}

function parseObject(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(part, 'base64url'))
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Splits and decodes a token without checking its signature; undefined if it is not a compact token of two JSON objects. */
export function readToken(token: string): UnverifiedToken | undefined {
  if (!isCompactToken(token)) return undefined
  const [first = '', second = ''] = token.split('.')
  const header = parseObject(first)
  const payload = header && parseObject(second)
  return payload && { header, payload }
}
