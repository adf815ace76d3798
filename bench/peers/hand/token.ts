import { createHmac, createPublicKey, timingSafeEqual, verify as verifySignature } from 'node:crypto'
import { AUDIENCE, ISSUER, SECRET } from '../../harness/credentials.js'
import { readPeerArguments } from '../../harness/peer-arguments.js'

/** The claims that the policies read. */
export interface Claims {
  readonly sub: string
  readonly plan: string
  readonly exp: number
}

const { row, publicKey } = readPeerArguments()
const algorithm = row === 'tokens-1000-rs256' ? 'RS256' : 'HS256'
const key = algorithm === 'RS256' ? createPublicKey(publicKey) : undefined
const verified = new Map<string, Claims>()

function isSigned(signed: string, signature: Buffer): boolean {
  if (key) return verifySignature('RSA-SHA256', Buffer.from(signed), key, signature)
  const expected = createHmac('sha256', SECRET).update(signed).digest()
  return signature.length === expected.length && timingSafeEqual(signature, expected)
}

function verify(token: string): Claims | undefined {
  const [head = '', payload = '', signature = ''] = token.split('.')
  if (!isSigned(`${head}.${payload}`, Buffer.from(signature, 'base64url'))) return undefined
  if ((JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: string }).alg !== algorithm) return undefined
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims & { iss: string; aud: string }
  return claims.iss === ISSUER && claims.aud === AUDIENCE ? claims : undefined
}

/** The claims of the bearer token in an `Authorization` value, if it is valid now; verified ones are remembered. */
export function checkToken(authorization: string | undefined): Claims | undefined {
  if (authorization === undefined || !authorization.startsWith('Bearer ')) return undefined
  const token = authorization.slice(7)
  let claims = verified.get(token)
  if (!claims) {
    claims = verify(token)
    if (claims) verified.set(token, claims)
  }
  return claims && claims.exp * 1_000 > Date.now() ? claims : undefined
}
