import { createHmac, timingSafeEqual } from 'node:crypto'
import { AUDIENCE, ISSUER, SECRET } from '../../harness/rows.js'

/** The claims that the policies read. */
export interface Claims {
  readonly sub: string
  readonly plan: string
  readonly exp: number
}

const verified = new Map<string, Claims>()

function verify(token: string): Claims | undefined {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const expected = createHmac('sha256', SECRET).update(`${head}.${payload}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  if ((JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: string }).alg !== 'HS256') return undefined
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
