import type { JwtIssuerSettings, JwtSettings } from '../../sdk/policies/jwt.js'
import type { KeySource } from '../auth/key-source.js'
import { pathOfIdentity } from '../auth/path-of-identity.js'
import { isCompactToken } from '../auth/read-token.js'
import { refuseToken, tokenChallenge } from '../auth/refuse-token.js'
import { RemoteKeySet } from '../auth/remote-key-set.js'
import { publicKey, secretKey } from '../auth/static-key.js'
import { TokenCache } from '../auth/token-cache.js'
import type { TrustedIssuer, Verdict } from '../auth/verify-token.js'
import type { JwtParts, Services } from '../services.js'
import type { Authenticator, CompileAuth, CompileContext } from './compiler.js'

const BEARER = /^bearer(?: |$)/i
const BEARER_LENGTH = 'Bearer '.length

/** The set of one URL, or of the issuer whose metadata is there; shared by every auth that names it and kept across reloads. */
function remoteKeys(url: string, issuer: string | undefined, services: Services): KeySource {
  return services.keep(`jwks:${url}:${issuer ?? ''}`, () => {
    const keys = new RemoteKeySet({ url, issuer, clock: services.clock, log: services.log })
    services.warm(() => keys.warm())
    return keys
  })
}

function trust(settings: JwtSettings, { identity, services }: CompileContext): ReadonlyMap<string, TrustedIssuer> {
  const keysOf = ({ keys, algorithms, issuer }: JwtIssuerSettings, index: number): KeySource => {
    if (keys.kind === 'jwks') return remoteKeys(keys.url, undefined, services)
    if (keys.kind === 'discovery') return remoteKeys(keys.url, issuer, services)
    if (keys.kind === 'secret') return secretKey(keys.secret)
    const within = settings.issuers.length > 1 ? ['issuers', index] : []
    return publicKey(keys.pem, algorithms, [...pathOfIdentity(identity), ...within, 'publicKey'])
  }
  return new Map(settings.issuers.map((entry, index) => [entry.issuer, { settings: entry, keys: keysOf(entry, index) }]))
}

/** What makes a verdict hold no longer though the token is what it was: returns it, or throws. */
function compileRevocation({ revocation, header }: JwtSettings, { revocations, limits, warm }: Services): (verdict: Verdict) => Verdict {
  if (!revocation) return (verdict) => verdict
  // Both stores are reached by one connection, which has to be there first.
  warm(() => limits.warm().then(() => revocations.load()))
  return (verdict) => {
    if (revocations.revokes(verdict.marks)) throw refuseToken('revoked', header)
    return verdict
  }
}

/**
 * Compiles `jwt`: a token seen before is answered from memory, synchronously; any other is verified through the
 * route's `hapi-auth-jwt2` strategy.
 */
export const compileJwt: CompileAuth<'jwt'> = (settings, context) => {
  const { services, identity } = context
  const { header, forward } = settings
  const isBearer = header === 'authorization'
  const { strategy, createVerifyToken } = services.jwt as JwtParts
  const verify = createVerifyToken(settings, trust(settings, context), services.clock)
  const tokens = new TokenCache(verify, services.clock, settings.cache)
  const unrevoked = compileRevocation(settings, services)
  const test = strategy(identity, header, (token) => tokens.verify(token).then(unrevoked))
  const authenticator: Authenticator = {
    challenge: tokenChallenge(header),
    header,
    forward,
    recognises: (value) => (isBearer ? BEARER.test(value) : value !== ''),
    authenticate(value, exchange) {
      const token = isBearer ? value.slice(BEARER_LENGTH) : value
      const known = tokens.recall(token)
      if (known !== undefined) return unrevoked(known).auth
      if (!isCompactToken(token)) throw refuseToken('malformed', header)
      return test(exchange)
    },
  }
  return [authenticator]
}
