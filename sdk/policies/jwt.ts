import { z } from 'zod'
import { type Auth, type AuthPolicy, bindAuthWith } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { claimPath } from '../schemas/claim-path.js'
import { type Duration, duration, headerName, httpUrl, scopeToken } from '../schemas/text.js'
import { zodSchema } from '../schemas/values.js'
import { tokenRules } from '../token-rules.js'
import type { Out, Schema } from '../types.js'
import type { MatchRuleOptions } from './scopes.js'

/** Signature algorithms accepted from RFC 7518 section 3 and RFC 8037; `none` is not among them. */
export const JWT_ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number]

const algorithms = z.array(z.enum(JWT_ALGORITHMS)).min(1)
const audience = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])

/** What tokens can be revoked by. */
export type RevocationKind = 'jti' | 'sub' | 'iat'

const revocationKind = z.enum(['jti', 'sub', 'iat'])

const keySource = {
  /** Where the issuer's keys are. Default: `<issuer>/.well-known/jwks.json`. */
  jwks: httpUrl.optional(),
  /** Asks the issuer where its keys are (OpenID Connect Discovery 1.0 section 4); excludes `jwks`. Default false. */
  discovery: z.boolean().optional(),
  /** Shared secret for HS* algorithms: at least 32 bytes. */
  secret: z.string().min(32, 'expected at least 32 characters').meta({ secret: true }).optional(),
  /** Public key as PEM (SPKI), for RS*, PS*, ES* and EdDSA without a key set. */
  publicKey: z.string().startsWith('-----BEGIN ', 'expected a PEM block').optional(),
}

const issuer = z.strictObject({
  /** The `iss` that tokens must carry, compared exactly. */
  issuer: z.string().min(1),
  /** Accepted `aud`. Default: the shared one. */
  audience: audience.optional(),
  /** Accepted algorithms. Default: the shared ones. */
  algorithms: algorithms.optional(),
  ...keySource,
})

const symmetric = (algorithm: JwtAlgorithm) => algorithm.startsWith('HS')

/** An issuer as the verifier uses it, defaults filled in. */
export interface JwtIssuerSettings {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly algorithms: readonly JwtAlgorithm[]
  readonly keys:
    | { readonly kind: 'jwks'; readonly url: string }
    | { readonly kind: 'discovery'; readonly url: string }
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'pem'; readonly pem: string }
}

type IssuerEntry = z.output<typeof issuer>
type Fail = (path: PropertyKey[], message: string) => void

function keysOf(entry: IssuerEntry): JwtIssuerSettings['keys'] {
  if (entry.secret !== undefined) return { kind: 'secret', secret: entry.secret }
  if (entry.publicKey !== undefined) return { kind: 'pem', pem: entry.publicKey }
  const wellKnown = `${entry.issuer.replace(/\/$/, '')}/.well-known`
  if (entry.discovery) return { kind: 'discovery', url: `${wellKnown}/openid-configuration` }
  return { kind: 'jwks', url: entry.jwks ?? `${wellKnown}/jwks.json` }
}

function checkKeys(entry: IssuerEntry, algorithms: readonly JwtAlgorithm[], fail: Fail): void {
  const hmac = algorithms.some(symmetric)
  if (hmac && !algorithms.every(symmetric)) fail(['algorithms'], 'HS* and public-key algorithms cannot share an issuer')
  const sources = [entry.jwks, entry.discovery || undefined, entry.secret, entry.publicKey].filter((source) => source !== undefined)
  if (sources.length > 1) fail(['jwks'], 'expected one of `jwks`, `discovery`, `secret` and `publicKey`')
  if (hmac && entry.secret === undefined) fail(['secret'], 'HS* algorithms need a `secret`')
  const bytes = Math.max(0, ...algorithms.filter(symmetric).map((algorithm) => Number(algorithm.slice(2)) / 8))
  if (entry.secret !== undefined && Buffer.byteLength(entry.secret) < bytes)
    fail(['secret'], `expected a secret of at least ${bytes} bytes for these algorithms (RFC 7518 section 3.2)`)
  if (!hmac && entry.secret !== undefined) fail(['secret'], 'a `secret` serves HS* algorithms only')
}

/** Fills in one issuer's defaults and reports what it lacks, by path from its own options. */
function completeIssuer(entry: IssuerEntry, fail: Fail): JwtIssuerSettings {
  const { audience, algorithms = [] } = entry
  if (algorithms.length === 0) fail(['algorithms'], 'expected the accepted algorithms, such as ["RS256"]')
  if (audience === undefined) fail(['audience'], 'expected the audience that tokens must carry')
  checkKeys(entry, algorithms, fail)
  const keys = keysOf(entry)
  if ('url' in keys && entry.jwks === undefined && !URL.canParse(keys.url))
    fail([keys.kind], `expected \`jwks\`, since the issuer "${entry.issuer}" is not a URL`)
  return { issuer: entry.issuer, audience: [audience ?? []].flat(), algorithms, keys }
}

const options = z
  .strictObject({
    /** The `iss` that tokens must carry, compared exactly. */
    issuer: z.string().min(1).optional(),
    /** Several issuers on one route, each with its own keys; options here override the shared ones. */
    issuers: z.array(issuer).min(1).optional(),
    /** Accepted `aud`; a token must carry at least one. */
    audience: audience.optional(),
    /** Accepted algorithms (RFC 8725 section 3.1); one key type per issuer. */
    algorithms: algorithms.optional(),
    ...keySource,
    /** Schema of the claims; what it yields is `ctx.auth.claims`. */
    claims: zodSchema,
    /** Header that carries the token. Default `authorization`. */
    header: headerName.prefault('authorization'),
    /** Required `typ` of the token's header, such as `at+jwt` (RFC 9068). Default: any. */
    typ: z.string().min(1).optional(),
    /** Allowed clock difference for `exp`, `nbf` and `iat`. Default `5s`. */
    clockTolerance: duration.prefault('5s'),
    /** Longest age since `iat`. Default: none. */
    maxAge: duration.optional(),
    /** Scopes that tokens may carry: what `.scopes(…)` of this auth can ask for. */
    scopes: z.array(scopeToken).optional(),
    /** Roles that tokens may carry: what `.roles(…)` of this auth can ask for. */
    roles: z.array(z.string().min(1)).optional(),
    /** Claim that holds the roles; a list is a path, such as `['realm_access', 'roles']`. Default `roles`. */
    rolesClaim: claimPath.prefault('roles'),
    /** Refuses tokens that were revoked (`POST /revocations` on the admin listener). Default: none are. */
    revocation: z
      .strictObject({
        /** What tokens are revoked by: their `jti`, their `sub`, or the time they were issued at (`iat`); they must carry what is needed for it. */
        by: z.union([revocationKind.transform((kind) => [kind]), z.array(revocationKind).min(1)]),
      })
      .optional(),
    /** Sends the token on to the upstream. Default false: it is stripped. */
    forward: z.boolean().default(false),
    /** Verified tokens kept until they expire. Default 10,000; 0 turns the cache off. */
    cache: z.int().min(0).max(1_000_000).default(10_000),
  })
  .transform((given, ctx) => {
    const fail: Fail = (path, message) => ctx.addIssue({ code: 'custom', path, message })
    if ((given.issuer === undefined) === (given.issuers === undefined)) fail(['issuer'], 'expected either `issuer` or `issuers`')
    const { issuer: name, issuers: several, audience, algorithms, jwks, discovery, secret, publicKey, ...rest } = given
    const one: IssuerEntry[] = name === undefined ? [] : [{ issuer: name, jwks, discovery, secret, publicKey }]
    const settings = (several ?? one).map((entry, index) =>
      completeIssuer({ ...entry, audience: entry.audience ?? audience, algorithms: entry.algorithms ?? algorithms }, (path, message) =>
        fail(several ? ['issuers', index, ...path] : path, message),
      ),
    )
    const twice = settings.find((entry, index) => settings.findIndex((other) => other.issuer === entry.issuer) !== index)
    if (twice) fail(['issuers'], `issuer "${twice.issuer}" appears twice`)
    return { ...rest, issuers: settings }
  })

/** Parsed options of {@link jwt}; durations in milliseconds. */
export type JwtSettings = z.output<typeof options>

const RETRY_AFTER = {
  name: 'Retry-After',
  description: 'Seconds after which what tokens are checked with is asked for again.',
  on: 'problems',
} as const

/** Keys that are in the config cannot be out of reach; a list of revoked tokens can. */
const canBeUnavailable = ({ issuers, revocation }: JwtSettings): boolean =>
  revocation !== undefined || issuers.some(({ keys }) => 'url' in keys)

export const jwtDefinition = {
  name: 'jwt',
  phase: 'authenticate',
  options,
  effects: (settings: JwtSettings): Effects => ({
    problems: ['UNAUTHENTICATED', 'INVALID_CREDENTIALS', ...(canBeUnavailable(settings) ? (['AUTH_UNAVAILABLE'] as const) : [])],
    headers: [
      { name: 'WWW-Authenticate', description: 'How to authenticate (RFC 6750 section 3).', on: 'problems' },
      ...(canBeUnavailable(settings) ? [RETRY_AFTER] : []),
    ],
    security: [
      settings.header === 'authorization'
        ? {
            scheme: 'jwt',
            type: 'bearer',
            format: 'JWT',
            description: `A JSON Web Token issued by ${settings.issuers.map((entry) => entry.issuer).join(' or ')}.`,
            takes: settings.issuers.map((entry) => `bearer jwt ${JSON.stringify(entry.issuer)}`),
          }
        : {
            scheme: 'jwt',
            type: 'apiKey',
            header: settings.header,
            description: 'A JSON Web Token.',
            takes: settings.issuers.map((entry) => `jwt ${JSON.stringify(entry.issuer)}`),
          },
    ],
  }),
} as const satisfies PolicyDefinition<'jwt'>

/** Where one issuer's keys come from and what its tokens must say. */
export interface JwtIssuerOptions {
  readonly issuer: string
  readonly audience?: string | readonly string[]
  readonly algorithms?: readonly JwtAlgorithm[]
  /** Where the issuer's keys are. Default: `<issuer>/.well-known/jwks.json`. */
  readonly jwks?: string
  /** Asks the issuer where its keys are (OpenID Connect Discovery 1.0 section 4). Default false. */
  readonly discovery?: boolean
  /** Shared secret for HS* algorithms: at least 32 characters. */
  readonly secret?: string
  /** Public key as PEM (SPKI), instead of a key set. */
  readonly publicKey?: string
}

/** Options of {@link jwt}. Either `issuer` or `issuers`; `audience` and `algorithms` for each. */
export interface JwtOptions<C extends Schema, S extends string, R extends string> extends Omit<JwtIssuerOptions, 'issuer'> {
  /** The `iss` that tokens must carry, compared exactly. */
  readonly issuer?: string
  /** Several issuers on one route, each with its own keys. */
  readonly issuers?: readonly JwtIssuerOptions[]
  /** Schema of the claims; what it yields is `ctx.auth.claims`. */
  readonly claims: C
  /** Header that carries the token. Default `authorization`. */
  readonly header?: string
  /** Required `typ` of the token's header, such as `at+jwt` (RFC 9068). Default: any. */
  readonly typ?: string
  /** Allowed clock difference for `exp`, `nbf` and `iat`. Default `5s`. */
  readonly clockTolerance?: Duration
  /** Longest age since `iat`. Default: none. */
  readonly maxAge?: Duration
  /** Scopes that tokens may carry: what `.scopes(…)` of this auth can ask for. */
  readonly scopes?: readonly S[]
  /** Roles that tokens may carry: what `.roles(…)` of this auth can ask for. */
  readonly roles?: readonly R[]
  /** Claim that holds the roles; a list is a path, such as `['realm_access', 'roles']`. Default `roles`. */
  readonly rolesClaim?: string | readonly string[]
  /** Refuses tokens that were revoked by their `jti`, `sub` or `iat`; they must carry what is needed for it. Default: none are. */
  readonly revocation?: { readonly by: RevocationKind | readonly RevocationKind[] }
  /** Sends the token on to the upstream. Default false: it is stripped. */
  readonly forward?: boolean
  /** Verified tokens kept until they expire. Default 10,000; 0 turns the cache off. */
  readonly cache?: number
}

/** What a valid token gives. */
export interface JwtAuth<C> {
  readonly kind: 'jwt'
  readonly issuer: string
  readonly claims: C
  /** Scopes of the token, from `scope` (RFC 8693 section 4.2) or else `scp`. */
  readonly scopes: readonly string[]
  /** Roles of the token, from the auth's `rolesClaim`. */
  readonly roles: readonly string[]
}

/** A {@link jwt} auth: beside what every auth offers, policies on what tokens carry. */
export interface JwtSource<C, S extends string, R extends string> extends Auth<JwtAuth<C>> {
  /** A policy that lets pass tokens with these scopes; others get 403 `INSUFFICIENT_SCOPE`. */
  scopes(needed: S | readonly S[], options?: MatchRuleOptions): AuthPolicy<JwtAuth<C>>
  /** A policy that lets pass tokens with these roles; others get 403 `FORBIDDEN`. */
  roles(needed: R | readonly R[], options?: MatchRuleOptions): AuthPolicy<JwtAuth<C>>
}

/** Requires a JSON Web Token (RFC 7519) as a bearer token (RFC 6750), checked to RFC 8725. */
export function jwt<C extends Schema, const S extends string = never, const R extends string = never>(
  given: JwtOptions<C, S, R>,
): JwtSource<Out<C>, S, R> {
  return bindAuthWith(jwtDefinition, given, tokenRules<JwtAuth<Out<C>>, S, R>('jwt', given.header), jwt)
}
