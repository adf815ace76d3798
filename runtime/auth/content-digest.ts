import { hash, timingSafeEqual } from 'node:crypto'
import { parseDictionary } from 'structured-headers'

/** The algorithms of RFC 9530 section 5 that are not broken. */
const ALGORITHMS: Readonly<Record<string, string>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' }

/** Reads `Content-Digest` (RFC 9530 section 2): digests by Node.js's name of the algorithm; empty if none is of a kind that can be checked. */
export function readContentDigest(value: string): ReadonlyMap<string, Buffer> {
  try {
    const known = [...parseDictionary(value)].flatMap(([name, [digest]]): [string, Buffer][] => {
      const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined
      return algorithm !== undefined && digest instanceof ArrayBuffer ? [[algorithm, Buffer.from(digest)]] : []
    })
    return new Map(known)
  } catch {
    return new Map()
  }
}

/** True if every digest is that of the body. */
export function isDigestOf(digests: ReadonlyMap<string, Buffer>, body: Uint8Array): boolean {
  for (const [algorithm, digest] of digests) {
    const actual = hash(algorithm, body, 'buffer')
    if (actual.length !== digest.length || !timingSafeEqual(actual, digest)) return false
  }
  return digests.size > 0
}
