import { constants, createHmac, createSecretKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import type { HttpSignatureAuth, JwtAlgorithm, SignatureAlgorithm } from '../../sdk/index.js'
import type { HttpSignatureSettings } from '../../sdk/policies/http-signature.js'
import { frozenCopy } from './frozen-copy.js'
import { importPublicKey } from './static-key.js'

/** A key that may have signed, and whose it is. */
export interface SignatureVerifier {
  readonly algorithm: SignatureAlgorithm
  readonly consumer: Omit<HttpSignatureAuth<unknown>, 'components'>
  verify(base: string, signature: Buffer): boolean
}

type KeySettings = HttpSignatureSettings['keys'][number]

/** The JWS algorithm for the same keys (RFC 7518 section 3.1). */
const LIKE: Readonly<Record<Exclude<SignatureAlgorithm, 'hmac-sha256'>, JwtAlgorithm>> = {
  ed25519: 'EdDSA',
  'ecdsa-p256-sha256': 'ES256',
  'rsa-pss-sha512': 'PS512',
}

function hmac(key: KeyObject): SignatureVerifier['verify'] {
  return (base, signature) => {
    const digest = createHmac('sha256', key).update(base, 'latin1').digest()
    return signature.length === digest.length && timingSafeEqual(signature, digest)
  }
}

function asymmetric(algorithm: keyof typeof LIKE, key: KeyObject): SignatureVerifier['verify'] {
  const bytes = (base: string) => Buffer.from(base, 'latin1')
  if (algorithm === 'ed25519') return (base, signature) => verify(null, bytes(base), key, signature)
  if (algorithm === 'ecdsa-p256-sha256')
    return (base, signature) => verify('sha256', bytes(base), { key, dsaEncoding: 'ieee-p1363' }, signature)
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return (base, signature) => verify('sha512', bytes(base), { key, padding, saltLength: 64 }, signature)
}

/**
 * Makes a key ready to verify with, by RFC 9421 section 3.3.
 * @throws ConfigError at `path` if a public key is none, is weak or is not for its algorithm
 */
export function signatureVerifier(settings: KeySettings, path: readonly PropertyKey[]): SignatureVerifier {
  const { id, algorithm, secret = '', publicKey = '', consumer, metadata } = settings
  return {
    algorithm,
    consumer: frozenCopy({ kind: 'httpSignature', keyId: id, consumer, metadata }),
    verify:
      algorithm === 'hmac-sha256'
        ? hmac(createSecretKey(Buffer.from(secret, 'base64')))
        : asymmetric(algorithm, importPublicKey(publicKey, [LIKE[algorithm]], [...path, 'publicKey'], algorithm)),
  }
}
