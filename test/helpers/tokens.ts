import { createHmac, type KeyObject, sign } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'

/** Text or bytes as base64url without padding. */
export const base64url = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url')

/** A token of parts written by hand: strings and bytes go in as they are, objects as JSON. */
export function rawToken(
  header: object | string,
  payload: object | string | Uint8Array,
  signer: (input: string) => string | Uint8Array,
): string {
  const text = (part: object | string) => (typeof part === 'string' ? part : JSON.stringify(part))
  const body = payload instanceof Uint8Array ? payload : text(payload)
  const input = `${base64url(text(header))}.${base64url(body)}`
  const signature = signer(input)
  return `${input}.${typeof signature === 'string' ? signature : base64url(signature)}`
}

/** Signs by hand with HMAC; any key material, so that confusions of algorithms can be written. */
export const hmac =
  (key: string | Uint8Array, hash = 'sha256') =>
  (input: string): Uint8Array =>
    createHmac(hash, key).update(input).digest()

/** Signs by hand with RSA PKCS#1 v1.5 or ECDSA (raw form). */
export const signWith =
  (key: KeyObject, hash = 'sha256', encoding: 'ieee-p1363' | 'der' = 'ieee-p1363') =>
  (input: string): Uint8Array =>
    sign(hash, Buffer.from(input), { key, dsaEncoding: encoding })

/** A key pair of an issuer, with the public half as its key set shows it. */
export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

/** Makes a real key pair for `alg`. */
export async function makeSigningKey(alg: string, kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}
