import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { ConfigError, type JwtAlgorithm } from '../../sdk/index.js'
import { findWeakness } from './find-weakness.js'
import { fitsAlgorithm } from './fits-algorithm.js'
import type { KeySource } from './key-source.js'

/** One key that never changes. A token's `kid` is not looked at: there is nothing to choose from. */
function fixed(key: KeyObject): KeySource {
  return {
    generation: 0,
    find: (algorithm) => Promise.resolve(fitsAlgorithm(key, algorithm) ? key : undefined),
    holds: () => true,
  }
}

/** The key source of a shared secret. */
export function secretKey(secret: string): KeySource {
  return fixed(createSecretKey(Buffer.from(secret, 'utf8')))
}

function importPem(pem: string): KeyObject | undefined {
  if (!/^-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) return undefined
  try {
    return createPublicKey(pem)
  } catch {
    return undefined
  }
}

/**
 * Imports a public key in PEM (RFC 7468 section 13). `name` is what an error calls the algorithm, where that is not its JWS name.
 * @throws ConfigError at `path` if it is no public key, is weak, or is not for every one of `algorithms`.
 */
export function importPublicKey(pem: string, algorithms: readonly JwtAlgorithm[], path: readonly PropertyKey[], name?: string): KeyObject {
  const refuse = (message: string) => new ConfigError([{ code: 'GW1002', path, message }])
  const key = importPem(pem)
  if (!key) throw refuse('expected a public key in PEM, starting with "-----BEGIN PUBLIC KEY-----"')
  const weakness = findWeakness(key)
  if (weakness !== undefined) throw refuse(`this is ${weakness}`)
  const misfit = algorithms.find((algorithm) => !fitsAlgorithm(key, algorithm))
  if (misfit) throw refuse(`this key cannot check ${name ?? misfit} signatures`)
  return key
}

/** The key source of one public key; see {@link importPublicKey}. */
export function publicKey(pem: string, algorithms: readonly JwtAlgorithm[], path: readonly PropertyKey[]): KeySource {
  return fixed(importPublicKey(pem, algorithms, path))
}
