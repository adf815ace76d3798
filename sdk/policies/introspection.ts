import { z } from 'zod'
import { type Auth, bindAuthWith } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { claimPath } from '../schemas/claim-path.js'
import { type Duration, duration, httpUrl, scopeToken } from '../schemas/text.js'
import { zodSchema } from '../schemas/values.js'
import { type TokenRules, tokenRules } from '../token-rules.js'
import type { Out, Schema } from '../types.js'

const options = z.strictObject({
  /** The authorization server's introspection endpoint. */
  endpoint: httpUrl,
  /** How the gateway proves to the endpoint who it is. */
  client: z.strictObject({
    /** The gateway's client id. */
    id: z.string().min(1),
    /** Its secret, such as `env('INTROSPECTION_SECRET')`. */
    secret: z.string().min(1).meta({ secret: true }),
    /** `basic` sends both in `Authorization`, `post` in the form (RFC 6749 section 2.3.1). Default `basic`. */
    auth: z.enum(['basic', 'post']).default('basic'),
  }),
  /** Schema of the endpoint's answer (RFC 7662 section 2.2); what it yields is `ctx.auth.claims`. */
  claims: zodSchema,
  /** Accepted `aud`; an answer must carry it. Default: any. */
  audience: z.string().min(1).optional(),
  /** Scopes that tokens may carry, in `scope` of the answer: what `.scopes(…)` of this auth can ask for. */
  scopes: z.array(scopeToken).optional(),
  /** Roles that tokens may carry: what `.roles(…)` of this auth can ask for. */
  roles: z.array(z.string().min(1)).optional(),
  /** Member of the answer that holds the roles; a list is a path, such as `['realm_access', 'roles']`. Default `roles`. */
  rolesClaim: claimPath.prefault('roles'),
  /** Longest that an answer is used, and never beyond its `exp`: how late a revocation may be noticed. Default `1m`; `0s` asks every time. */
  maxAge: duration.prefault('1m'),
  /** How long a token that is not active is refused without asking. Default `10s`. */
  refuseFor: duration.prefault('10s'),
  /** Answers kept. Default 10,000. */
  cache: z.int().min(1).max(1_000_000).default(10_000),
  /** Longest wait for the endpoint. Default `3s`. */
  timeout: duration.prefault('3s'),
  /** Sends the token on to the upstream. Default false: it is stripped. */
  forward: z.boolean().default(false),
})

/** Parsed options of {@link introspection}; durations in milliseconds. */
export type IntrospectionSettings = z.output<typeof options>

export const introspectionDefinition = {
  name: 'introspection',
  phase: 'authenticate',
  options,
  effects: (): Effects => ({
    problems: ['UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'AUTH_UNAVAILABLE'],
    headers: [
      { name: 'WWW-Authenticate', description: 'How to authenticate (RFC 6750 section 3).', on: 'problems' },
      { name: 'Retry-After', description: 'Seconds after which the authorization server is asked again.', on: 'problems' },
    ],
    security: [
      {
        ...{ scheme: 'introspection', type: 'bearer', takes: ['bearer '] },
        description: 'An access token that the authorization server knows.',
      },
    ],
  }),
} as const satisfies PolicyDefinition<'introspection'>

/** Options of {@link introspection}. */
export interface IntrospectionOptions<C extends Schema, S extends string = never, R extends string = never> {
  /** The authorization server's introspection endpoint. */
  readonly endpoint: string
  /** How the gateway proves to the endpoint who it is; `basic` is the default. */
  readonly client: { readonly id: string; readonly secret: string; readonly auth?: 'basic' | 'post' }
  /** Schema of the endpoint's answer; what it yields is `ctx.auth.claims`. */
  readonly claims: C
  /** Accepted `aud`; an answer must carry it. Default: any. */
  readonly audience?: string
  /** Scopes that tokens may carry: what `.scopes(…)` of this auth can ask for. */
  readonly scopes?: readonly S[]
  /** Roles that tokens may carry: what `.roles(…)` of this auth can ask for. */
  readonly roles?: readonly R[]
  /** Member of the answer that holds the roles; a list is a path, such as `['realm_access', 'roles']`. Default `roles`. */
  readonly rolesClaim?: string | readonly string[]
  /** Longest that an answer is used, and never beyond its `exp`. Default `1m`. */
  readonly maxAge?: Duration
  /** How long a token that is not active is refused without asking. Default `10s`. */
  readonly refuseFor?: Duration
  /** Answers kept. Default 10,000. */
  readonly cache?: number
  /** Longest wait for the endpoint. Default `3s`. */
  readonly timeout?: Duration
  /** Sends the token on to the upstream. Default false: it is stripped. */
  readonly forward?: boolean
}

/** What an active token gives. */
export interface IntrospectionAuth<C> {
  readonly kind: 'introspection'
  readonly claims: C
  /** Scopes of the token, from `scope` of the answer (RFC 7662 section 2.2). */
  readonly scopes: readonly string[]
  /** Roles of the token, from the auth's `rolesClaim`. */
  readonly roles: readonly string[]
}

/** An {@link introspection} auth: beside what every auth offers, policies on what tokens carry. */
export interface IntrospectionSource<C, S extends string, R extends string>
  extends Auth<IntrospectionAuth<C>>,
    TokenRules<IntrospectionAuth<C>, S, R> {}

/** Requires a bearer token (RFC 6750) that the authorization server calls active when asked (RFC 7662); its answers are kept for a while. */
export function introspection<C extends Schema, const S extends string = never, const R extends string = never>(
  given: IntrospectionOptions<C, S, R>,
): IntrospectionSource<Out<C>, S, R> {
  const rules = tokenRules<IntrospectionAuth<Out<C>>, S, R>('introspection', undefined)
  return bindAuthWith(introspectionDefinition, given, rules, introspection)
}
