import type { KeyObject } from 'node:crypto'
import type { JwtAlgorithm } from '../../sdk/index.js'

const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' }

/** True if `key` is of the one type and curve that `algorithm` is defined for (RFC 7518 section 3.1, RFC 8037 section 3.1). */
export function fitsAlgorithm(key: KeyObject, algorithm: JwtAlgorithm): boolean {
  if (algorithm.startsWith('HS')) return key.type === 'secret'
  if (key.type !== 'public') return false
  if (algorithm === 'EdDSA') return key.asymmetricKeyType === 'ed25519'
  const curve = CURVES[algorithm]
  if (curve === undefined) return key.asymmetricKeyType === 'rsa'
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve
}
