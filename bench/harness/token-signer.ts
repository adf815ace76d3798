import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { AUDIENCE, ISSUER, SECRET } from './credentials.js'
import type { Row } from './rows.js'

const VALID_SECONDS = 7_200
const RSA_BITS = 2_048

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs the tokens that rows are called with; the RSA key is new in every run. */
export class TokenSigner {
  readonly publicKey: string
  readonly #privateKey: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
    this.publicKey = publicKey.export({ type: 'spki', format: 'pem' }) as string
    this.#privateKey = privateKey
  }

  /** `Authorization` values of a row: each of another caller, `user-1` and up. */
  authorizations(row: Row): string[] {
    const { tokens } = row
    return tokens ? Array.from({ length: tokens.count }, (_, index) => `Bearer ${this.#sign(tokens.algorithm, `user-${index + 1}`)}`) : []
  }

  #sign(algorithm: 'HS256' | 'RS256', sub: string): string {
    const now = Math.floor(Date.now() / 1_000)
    const claims = { iss: ISSUER, aud: AUDIENCE, sub, plan: 'pro', iat: now, exp: now + VALID_SECONDS }
    const signed = `${part({ alg: algorithm, typ: 'JWT' })}.${part(claims)}`
    const signature =
      algorithm === 'HS256'
        ? createHmac('sha256', SECRET).update(signed).digest('base64url')
        : createSign('RSA-SHA256').update(signed).sign(this.#privateKey, 'base64url')
    return `${signed}.${signature}`
  }
}
