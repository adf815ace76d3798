import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { findWeakness } from './find-weakness.js'

/** A public key of a key set with what the set says of its use. */
export interface VerificationKey {
  readonly kid: string | undefined
  readonly algorithm: string | undefined
  readonly key: KeyObject
}

/** The usable keys of a set, and the others with the reason why they are not used. */
export interface KeySetContents {
  readonly keys: readonly VerificationKey[]
  readonly refused: readonly { readonly kid: string | undefined; readonly reason: string }[]
}

type Jwk = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Jwk => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** Members that only private and symmetric keys have (RFC 7518 section 6). */
const SECRETS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function unfit(jwk: Jwk): string | undefined {
  if (jwk['kty'] === 'oct' || SECRETS.some((name) => name in jwk)) return 'not a public key; whoever can read the set can sign with it'
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return 'its `use` is not `sig`'
  const operations = jwk['key_ops']
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return 'its `key_ops` lack `verify`'
  return jwk['kid'] === undefined || typeof jwk['kid'] === 'string' ? undefined : 'its `kid` is not a string'
}

function importKey({ kty, n, e, crv, x, y }: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, n, e, crv, x, y } as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

/**
 * Reads a JSON Web Key Set (RFC 7517 section 5). Keys that must not verify signatures are left out, as RFC 7517
 * asks for keys that are not understood, so that one bad key does not take the others with it.
 * Undefined if the text is no key set.
 */
export function parseKeySet(text: string): KeySetContents | undefined {
  let set: unknown
  try {
    set = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(set) || !Array.isArray(set['keys'])) return undefined
  const keys: VerificationKey[] = []
  const refused: { kid: string | undefined; reason: string }[] = []
  for (const jwk of set['keys'].filter(isObject)) {
    const kid = textOf(jwk['kid'])
    const key = unfit(jwk) === undefined ? importKey(jwk) : undefined
    const reason = unfit(jwk) ?? (key ? findWeakness(key) : 'its type is not supported or its numbers are wrong')
    if (key && reason === undefined) keys.push({ kid, algorithm: textOf(jwk['alg']), key })
    else refused.push({ kid, reason: reason ?? 'unusable' })
  }
  return { keys, refused }
}
