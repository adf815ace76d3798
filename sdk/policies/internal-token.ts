import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Duration, duration, headerName } from '../schemas/text.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'

const options = z.strictObject({
  /** Claims about the caller, such as `session.key(auth => ({ sub: auth.claims.sub }))`; may not set `iss`, `aud`, `iat` and `exp`. */
  claims: keyValue,
  /** The `iss` of the tokens: how upstreams know this gateway. */
  issuer: z.string().min(1),
  /** The `aud` of the tokens: the upstream they are for. */
  audience: z.string().min(1),
  /** How tokens are signed. Default `ES256`. */
  algorithm: z.enum(['ES256', 'HS256']).default('ES256'),
  /** Private key in PEM (PKCS #8) on the curve P-256 for ES256, or a secret of at least 32 bytes for HS256; from `env`, not from the source. */
  key: z.string().min(32, 'expected a private key in PEM or a secret of at least 32 bytes').meta({ secret: true }),
  /** The `kid` of the tokens, for upstreams that know several keys. Default: none. */
  keyId: z.string().min(1).optional(),
  /** How long a token is valid; at least `5s`. Default `30s`. */
  ttl: duration.prefault('30s').refine((ms) => ms >= 5_000 && ms <= 3_600_000, 'expected between 5s and 1h'),
  /** Request header that carries it to the upstream; in `authorization` as a bearer token. Default `authorization`. */
  header: headerName.prefault('authorization'),
})

/** Parsed options of {@link internalToken}; the lifetime in milliseconds. */
export type InternalTokenSettings = z.output<typeof options>

export const internalTokenDefinition = {
  name: 'internal-token',
  phase: 'transform',
  options,
  effects: (): Effects => ({}),
} as const satisfies PolicyDefinition<'internal-token'>

/** Options of {@link internalToken}. */
export interface InternalTokenOptions<N> {
  /** Claims about the caller; may not set `iss`, `aud`, `iat` and `exp`. */
  readonly claims: Key<N, Readonly<Record<string, unknown>>>
  /** The `iss` of the tokens: how upstreams know this gateway. */
  readonly issuer: string
  /** The `aud` of the tokens: the upstream they are for. */
  readonly audience: string
  /** Default `ES256`. */
  readonly algorithm?: 'ES256' | 'HS256'
  /** Private key in PEM (PKCS #8, P-256) for ES256, or a secret of at least 32 bytes for HS256. */
  readonly key: string
  /** The `kid` of the tokens. Default: none. */
  readonly keyId?: string
  /** How long a token is valid: `5s` to `1h`. Default `30s`. */
  readonly ttl?: Duration
  /** Request header that carries it; in `authorization` as a bearer token. Default `authorization`. */
  readonly header?: string
}

/**
 * Tells the upstream who calls in a short-lived JSON Web Token (RFC 7519) that the gateway signs, instead of passing on the caller's credential.
 * One token serves a caller until it has half its life left.
 */
export function internalToken<N>(given: InternalTokenOptions<N>): Policy<N & BaseContext, unknown, never> {
  return bindPolicy(internalTokenDefinition, given, internalToken) as Policy<N & BaseContext, unknown, never>
}
