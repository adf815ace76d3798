import { z } from 'zod'
import { type Auth, type AuthPolicy, bindAuthWith } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { apiKeyRecord, checkApiKeys } from '../schemas/api-key-record.js'
import { type Duration, duration, headerName } from '../schemas/text.js'
import { zodSchema } from '../schemas/values.js'
import type { In, Out, Schema } from '../types.js'
import { type ConsumersOptions, consumerRules } from './consumers.js'

const fileStore = z.strictObject({
  /** JSON file with a list of records, from the working directory, as `gatewright keys --file` writes it. Read again when it changes; one that is not valid leaves the last good one in use. */
  file: z.string().min(1),
})

const redisStore = z.strictObject({
  /** Looks keys up in the gateway's Redis, where `gatewright keys --redis` writes them. */
  redis: z.literal(true),
  /** How long a key, or that there is no such key, is remembered; a revoked key is forgotten at once. Default `1m`. */
  ttl: duration.prefault('1m'),
})

const options = z
  .strictObject({
    /** Header that carries the key. Default `x-api-key`. */
    header: headerName.prefault('x-api-key'),
    /** What every key starts with: `<prefix>_<32 base62>_<6 base62 checksum>`. Default `gw`. */
    prefix: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,15}$/, 'expected 1 to 16 lower-case letters and digits')
      .default('gw'),
    /** The known keys, hashed. May be left out where there is a `store`. */
    keys: z.array(apiKeyRecord).optional(),
    /** Where further keys are. Default: nowhere. */
    store: z.union([fileStore, redisStore], 'expected { file: "…" } or { redis: true }').optional(),
    /** Schema of a key's metadata; what it yields is `ctx.auth.metadata`. */
    metadata: zodSchema.optional(),
    /** Sends the key on to the upstream. Default false: it is stripped. */
    forward: z.boolean().default(false),
  })
  .transform((given, ctx) => {
    const fail = (path: PropertyKey[], message: string) => ctx.addIssue({ code: 'custom', path: ['keys', ...path], message })
    if (!given.keys && !given.store) fail([], 'expected the known keys, or a `store`')
    return { ...given, keys: checkApiKeys(given.keys ?? [], given.metadata, fail) }
  })

/** Parsed options of {@link apiKey}; durations in milliseconds. */
export type ApiKeySettings = z.output<typeof options>

const inRedis = ({ store }: ApiKeySettings): boolean => store !== undefined && 'redis' in store
const mayExpire = ({ store, keys }: ApiKeySettings): boolean => store !== undefined || keys.some(({ expires }) => expires !== undefined)

const EXPIRES = {
  name: 'Api-Key-Expires',
  description: 'When the key that was used will be refused (RFC 9110 section 5.6.7).',
  on: 'any',
} as const
const RETRY_AFTER = { name: 'Retry-After', description: 'Seconds after which the store of keys is asked again.', on: 'problems' } as const

export const apiKeyDefinition = {
  name: 'api-key',
  phase: 'authenticate',
  options,
  needs: (settings: ApiKeySettings) => (inRedis(settings) ? (['redis'] as const) : []),
  effects: (settings: ApiKeySettings): Effects => ({
    problems: ['UNAUTHENTICATED', 'INVALID_CREDENTIALS', ...(inRedis(settings) ? (['AUTH_UNAVAILABLE'] as const) : [])],
    headers: [
      { name: 'WWW-Authenticate', description: 'How to authenticate (RFC 9110 section 11.6.1).', on: 'problems' },
      ...(mayExpire(settings) ? [EXPIRES] : []),
      ...(inRedis(settings) ? [RETRY_AFTER] : []),
    ],
    security: [
      {
        ...{ scheme: 'apiKey', type: 'apiKey', header: settings.header },
        description: 'An API key issued by the operator.',
        takes: [`${settings.prefix}_`],
      },
    ],
  }),
} as const satisfies PolicyDefinition<'api-key'>

/** One known key. */
export interface ApiKeyRecord<M> {
  /** Names the key in logs; unique. */
  readonly id: string
  /** `sha256:` and the hex digest of the whole key. */
  readonly hash: string
  /** Who calls with it. Two keys of one consumer overlap while one replaces the other. */
  readonly consumer: string
  readonly metadata?: M
  /** ISO 8601 time after which it is refused; until then its responses carry `Api-Key-Expires`. */
  readonly expires?: string
}

/** Where keys are beside the config: a watched JSON file, or the gateway's Redis. */
export type ApiKeyStore =
  | { readonly file: string; readonly redis?: never; readonly ttl?: never }
  | { readonly file?: never; readonly redis: true; readonly ttl?: Duration }

/** Options of {@link apiKey}. */
export interface ApiKeyOptions<M extends Schema, S extends ApiKeyStore | undefined = undefined> {
  /** Header that carries the key. Default `x-api-key`. */
  readonly header?: string
  /** What every key starts with. Default `gw`. */
  readonly prefix?: string
  /** The known keys, hashed at rest. May be left out where there is a `store`. */
  readonly keys?: readonly ApiKeyRecord<In<M>>[]
  /** Where further keys are, kept by `gatewright keys`. Default: nowhere. */
  readonly store?: S
  /** Schema of a key's metadata; what it yields is `ctx.auth.metadata`. */
  readonly metadata?: M
  /** Sends the key on to the upstream. Default false: it is stripped. */
  readonly forward?: boolean
}

/** What a valid key gives. */
export interface ApiKeyAuth<M> {
  readonly kind: 'apiKey'
  readonly keyId: string
  readonly consumer: string
  readonly metadata: M
}

/** An {@link apiKey} auth: beside what every auth offers, a policy on who calls. */
export interface ApiKeySource<M, Err extends number = 401> extends Auth<ApiKeyAuth<M>, Err> {
  /** A policy that lets pass only the consumers in `allow`, or all but those in `deny`; others get 403. */
  consumers(options: ConsumersOptions): AuthPolicy<ApiKeyAuth<M>>
}

type Statuses<S> = S extends { readonly redis: true } ? 401 | 503 : 401

/** Requires an API key in a header. Keys are kept as SHA-256 digests, in the config, a watched file or Redis, and compared in constant time. */
export function apiKey<M extends Schema = Schema<undefined, undefined>, S extends ApiKeyStore | undefined = undefined>(
  given: ApiKeyOptions<M, S>,
): ApiKeySource<Out<M>, Statuses<S>> {
  return bindAuthWith(apiKeyDefinition, given, consumerRules<ApiKeyAuth<Out<M>>>('apiKey'), apiKey) as ApiKeySource<Out<M>, Statuses<S>>
}
