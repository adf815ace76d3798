import type { KeyObject } from 'node:crypto'

/** What makes a public key too weak to be trusted (RFC 8725 section 3.5), or undefined. */
export function findWeakness(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType !== 'rsa') return undefined
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < 2_048) return `an RSA key of ${modulusLength} bits; at least 2048 are needed`
  if (publicExponent < 3n || publicExponent % 2n === 0n) return `an RSA key with the public exponent ${publicExponent}`
  return undefined
}
