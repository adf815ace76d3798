import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { ConfigError, type Exchange, Problem } from '../../sdk/index.js'
import type { InternalTokenSettings } from '../../sdk/policies/internal-token.js'
import { pathOfIdentity } from '../auth/path-of-identity.js'
import type { CompilePolicy } from './compiler.js'

/** Claims that are the gateway's to set. */
const OWN_CLAIMS: readonly string[] = ['iss', 'aud', 'iat', 'exp']

type Sign = (input: string) => Buffer
interface IssuedToken {
  readonly value: string
  /** Milliseconds since 1970 from which another is made. */
  readonly renewAt: number
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function importKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined
  }
}

/** @throws ConfigError if the key is not one for the algorithm */
function compileSign({ algorithm, key }: InternalTokenSettings, identity: string): Sign {
  const refuse = (message: string) => new ConfigError([{ code: 'GW1002', path: [...pathOfIdentity(identity), 'key'], message }])
  if (algorithm === 'HS256') {
    const secret = Buffer.from(key, 'utf8')
    if (secret.byteLength < 32) throw refuse('expected a secret of at least 32 bytes (RFC 7518 section 3.2)')
    return (input) => createHmac('sha256', secret).update(input).digest()
  }
  const imported = importKey(key)
  if (!imported) throw refuse('expected a private key in PEM (PKCS #8) on the curve P-256')
  return (input) => sign('sha256', Buffer.from(input), { key: imported, dsaEncoding: 'ieee-p1363' })
}

function compileIssue(settings: InternalTokenSettings, identity: string, wall: () => number) {
  const { algorithm, issuer, audience, keyId, ttl } = settings
  const signature = compileSign(settings, identity)
  const head = encode({ alg: algorithm, typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
  const prefix = settings.header === 'authorization' ? 'Bearer ' : ''
  return (exchange: Exchange): IssuedToken => {
    const claims: unknown = settings.claims.read(exchange as never)
    if (typeof claims !== 'object' || claims === null)
      throw new Problem('INTERNAL', { cause: 'the claims of an internal token are no object' })
    const taken = OWN_CLAIMS.find((name) => name in claims)
    if (taken !== undefined) throw new Problem('INTERNAL', { cause: `the claims of an internal token set \`${taken}\`` })
    const now = wall()
    const iat = Math.floor(now / 1_000)
    const input = `${head}.${encode({ ...claims, iss: issuer, aud: audience, iat, exp: iat + Math.floor(ttl / 1_000) })}`
    return { value: `${prefix}${input}.${signature(input).toString('base64url')}`, renewAt: now + ttl / 2 }
  }
}

/**
 * Compiles `internalToken`. What an auth found is one object for as long as its credential is remembered, so the token is kept beside
 * that object, and goes with it.
 */
export const compileInternalToken: CompilePolicy<'internal-token'> = (settings, { identity, services }) => {
  const { header } = settings
  const wall = () => services.clock.wall()
  const issue = compileIssue(settings, identity, wall)
  const issued = new WeakMap<object, IssuedToken>()
  const tokenFor = (exchange: Exchange): IssuedToken => {
    const { auth } = exchange
    // A key that does not read the auth alone may yield something else on the next request.
    if (!settings.claims.needsAuth || typeof auth !== 'object' || auth === null) return issue(exchange)
    const known = issued.get(auth)
    if (known && wall() < known.renewAt) return known
    const fresh = issue(exchange)
    issued.set(auth, fresh)
    return fresh
  }
  return { request: (exchange) => exchange.setRequestHeader(header, tokenFor(exchange).value) }
}
