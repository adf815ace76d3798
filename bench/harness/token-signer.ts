import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { AUDIENCE, ISSUER, SECRET } from './credentials.js'

const VALID_SECONDS = 7_200
const RSA_BITS = 2_048

/** Signs the tokens that a row's requests carry. */
export interface TokenSigner {
  /** PEM (SPKI) of the key that RS256 signatures are checked with, new in every run; empty for HS256. */
  readonly publicKey: string
  /** A token of one caller. */
  sign(sub: string): string
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function unsigned(alg: string, sub: string): string {
  const now = Math.floor(Date.now() / 1_000)
  return `${part({ alg, typ: 'JWT' })}.${part({ iss: ISSUER, aud: AUDIENCE, sub, plan: 'pro', iat: now, exp: now + VALID_SECONDS })}`
}

/** Makes a signer of one algorithm. */
export function createTokenSigner(algorithm: 'HS256' | 'RS256'): TokenSigner {
  const signed = (sub: string, signature: (text: string) => string): string => {
    const text = unsigned(algorithm, sub)
    return `${text}.${signature(text)}`
  }
  if (algorithm === 'HS256')
    return { publicKey: '', sign: (sub) => signed(sub, (text) => createHmac('sha256', SECRET).update(text).digest('base64url')) }
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    sign: (sub) => signed(sub, (text) => createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')),
  }
}
