import type { JWTPayload } from 'jose'
import * as errors from 'jose/errors'
import { type JWTVerifyOptions, jwtVerify } from 'jose/jwt/verify'
import type { JwtAlgorithm, JwtAuth, Problem } from '../../sdk/index.js'
import type { JwtIssuerSettings, JwtSettings } from '../../sdk/policies/jwt.js'
import { parseWith } from '../../sdk/schemas/values.js'
import type { Clock } from '../clock.js'
import type { VerifiedToken } from '../services.js'
import { frozenCopy } from './frozen-copy.js'
import { rolesOf, scopesOf } from './granted.js'
import type { KeySource } from './key-source.js'
import { readToken, type UnverifiedToken } from './read-token.js'
import { refuseToken, type TokenFlaw } from './refuse-token.js'
import { type RevocationMarks, revocationKey } from './revocation-list.js'

/** The last second of the year 9999; what lies beyond is no date but an attempt to live forever. */
const LAST_DATE = 253_402_300_799

const NO_MARKS: RevocationMarks = { keys: [], issuedAt: 0 }

/** An issuer with its keys. */
export interface TrustedIssuer {
  readonly settings: JwtIssuerSettings
  readonly keys: KeySource
}

/** A token that holds, and what it rests on. */
export interface Verdict extends VerifiedToken {
  readonly keys: KeySource
  readonly generation: number
  readonly marks: RevocationMarks
}

const CLAIM_FLAWS: Readonly<Record<string, TokenFlaw>> = {
  iss: 'issuer',
  aud: 'audience',
  typ: 'type',
  nbf: 'premature',
  iat: 'premature',
}

function flawOf(error: errors.JOSEError): TokenFlaw {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm'
  if (error instanceof errors.JWTClaimValidationFailed && error.reason === 'check_failed') return CLAIM_FLAWS[error.claim] ?? 'malformed'
  return error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud' ? 'audience' : 'malformed'
}

/** What the token can be revoked by; undefined if it lacks a claim that is needed for that. */
function marksOf({ revocation }: JwtSettings, issuer: string, { jti, sub, iat }: JWTPayload): RevocationMarks | undefined {
  if (!revocation) return NO_MARKS
  const { by } = revocation
  const byJti = by.includes('jti')
  if ((byJti && typeof jti !== 'string') || (by.includes('sub') && typeof sub !== 'string')) return undefined
  if (by.some((kind) => kind !== 'jti') && iat === undefined) return undefined
  const values = { jti, sub, iat: '' }
  return { keys: by.map((kind) => revocationKey(kind, issuer, values[kind])), issuedAt: iat ?? 0 }
}

/**
 * Makes the function that checks one token to RFC 7519 and RFC 8725: keys by the exact `iss` and never across
 * issuers, listed algorithms only, then audience, times and the claims schema. It rejects with a `Problem`.
 */
export function createVerifyToken(
  settings: JwtSettings,
  issuers: ReadonlyMap<unknown, TrustedIssuer>,
  clock: Clock,
): (token: string) => Promise<Verdict> {
  const tolerance = settings.clockTolerance / 1_000
  const maxAge = settings.maxAge === undefined ? undefined : settings.maxAge / 1_000
  const refuse = (flaw: TokenFlaw, cause?: unknown): Problem => refuseToken(flaw, settings.header, cause)

  const optionsFor = (issuer: JwtIssuerSettings): JWTVerifyOptions => ({
    algorithms: [...issuer.algorithms],
    issuer: issuer.issuer,
    audience: [...issuer.audience],
    requiredClaims: ['exp'],
    clockTolerance: tolerance,
    currentDate: new Date(clock.wall()),
    ...(settings.typ === undefined ? {} : { typ: settings.typ }),
    ...(maxAge === undefined ? {} : { maxTokenAge: maxAge }),
  })

  const findKey = (issuer: TrustedIssuer, { header, payload }: UnverifiedToken) => {
    const { alg, kid } = header
    // No extension is understood here, and an unencoded payload (RFC 7797) has no place in a JWT.
    if ('crit' in header || 'b64' in header || (kid !== undefined && typeof kid !== 'string')) throw refuse('malformed')
    if (!issuer.settings.algorithms.includes(alg as JwtAlgorithm)) throw refuse('algorithm')
    const { iat } = payload
    return issuer.keys.find(alg as JwtAlgorithm, kid, typeof iat === 'number' ? iat + tolerance : undefined)
  }

  const expiryOf = ({ exp, iat }: { readonly exp?: number; readonly iat?: number }): number => {
    if (exp === undefined || exp > LAST_DATE) throw refuse('malformed')
    if (iat !== undefined && iat > Math.floor(clock.wall() / 1_000) + tolerance) throw refuse('premature')
    const oldest = maxAge === undefined || iat === undefined ? exp : Math.min(exp, iat + maxAge)
    return Math.floor((oldest + tolerance) * 1_000)
  }

  return async function verifyToken(token) {
    const unverified = readToken(token)
    if (!unverified) throw refuse('malformed')
    const issuer = issuers.get(unverified.payload['iss'])
    if (!issuer) throw refuse('issuer')
    // Read first: a key that is withdrawn meanwhile must not count as one that the new generation still has.
    const { generation } = issuer.keys
    const key = await findKey(issuer, unverified)
    if (!key) throw refuse('key')
    const { payload } = await jwtVerify(token, key, optionsFor(issuer.settings)).catch((error: unknown) => {
      throw error instanceof errors.JOSEError ? refuse(flawOf(error), error) : error
    })
    const expires = expiryOf(payload)
    const claims = parseWith(settings.claims, payload)
    if (!claims.success) throw refuse('claims', claims.error)
    const marks = marksOf(settings, issuer.settings.issuer, payload)
    if (!marks) throw refuse('claims', 'a claim that tokens are revoked by is missing')
    const auth: JwtAuth<unknown> = frozenCopy({
      kind: 'jwt',
      issuer: issuer.settings.issuer,
      claims: claims.data,
      scopes: scopesOf(payload),
      roles: rolesOf(payload, settings.rolesClaim),
    })
    return { auth, expires, keys: issuer.keys, generation, marks }
  }
}
