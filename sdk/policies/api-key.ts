import { z } from 'zod'
import { type Auth, bindAuth } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { headerName } from '../schemas/text.js'
import { parseWith, zodSchema } from '../schemas/values.js'
import type { In, Out, Schema } from '../types.js'

const record = z.strictObject({
  /** Names the key in logs; unique. */
  id: z.string().min(1),
  /** `sha256:` and the hex digest of the whole key; the key itself is never stored. */
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected "sha256:" and 64 hex digits'),
  /** Who calls with it. */
  consumer: z.string().min(1),
  /** More about the key's holder, parsed by the `metadata` schema. */
  metadata: z.unknown().optional(),
  /** ISO 8601 time after which it is refused. */
  expires: z.iso.datetime({ offset: true }).optional(),
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
    /** The known keys, hashed. */
    keys: z.array(record),
    /** Schema of a key's metadata; what it yields is `ctx.auth.metadata`. */
    metadata: zodSchema.optional(),
    /** Sends the key on to the upstream. Default false: it is stripped. */
    forward: z.boolean().default(false),
  })
  .transform(({ metadata: schema, ...rest }, ctx) => {
    const fail = (path: PropertyKey[], message: string) => ctx.addIssue({ code: 'custom', path: ['keys', ...path], message })
    const parseMetadata = (given: unknown, index: number): unknown => {
      if (!schema) {
        if (given !== undefined) fail([index, 'metadata'], 'expected a schema for it in `metadata`')
        return undefined
      }
      const result = parseWith(schema, given)
      for (const issue of result.error?.issues ?? [])
        fail([index, 'metadata', ...issue.path], issue.message.replace(/^Invalid input: /, ''))
      return result.data
    }
    rest.keys.forEach((key, index) => {
      if (rest.keys.findIndex(({ id }) => id === key.id) < index) fail([index, 'id'], `another key has the id "${key.id}"`)
      if (rest.keys.findIndex(({ hash }) => hash === key.hash) < index) fail([index, 'hash'], 'another key has the same hash')
    })
    return { ...rest, keys: rest.keys.map((key, index) => ({ ...key, metadata: parseMetadata(key.metadata, index) })) }
  })

/** Parsed options of {@link apiKey}. */
export type ApiKeySettings = z.output<typeof options>

export const apiKeyDefinition = {
  name: 'api-key',
  phase: 'authenticate',
  options,
  effects: (settings: ApiKeySettings): Effects => ({
    problems: ['UNAUTHENTICATED', 'INVALID_CREDENTIALS'],
    headers: [{ name: 'WWW-Authenticate', description: 'How to authenticate (RFC 9110 section 11.6.1).', on: 'problems' }],
    security: [{ scheme: 'apiKey', type: 'apiKey', header: settings.header, description: 'An API key issued by the operator.' }],
  }),
} as const satisfies PolicyDefinition<'api-key'>

/** One known key. */
export interface ApiKeyRecord<M> {
  /** Names the key in logs; unique. */
  readonly id: string
  /** `sha256:` and the hex digest of the whole key. */
  readonly hash: string
  readonly consumer: string
  readonly metadata?: M
  /** ISO 8601 time after which it is refused. */
  readonly expires?: string
}

/** Options of {@link apiKey}. */
export interface ApiKeyOptions<M extends Schema> {
  /** Header that carries the key. Default `x-api-key`. */
  readonly header?: string
  /** What every key starts with. Default `gw`. */
  readonly prefix?: string
  /** The known keys, hashed at rest. */
  readonly keys: readonly ApiKeyRecord<In<M>>[]
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

/** Requires an API key in a header. Keys are kept as SHA-256 digests and compared in constant time. */
export function apiKey<M extends Schema = Schema<undefined, undefined>>(given: ApiKeyOptions<M>): Auth<ApiKeyAuth<Out<M>>, 401> {
  return bindAuth(apiKeyDefinition, given, apiKey) as Auth<ApiKeyAuth<Out<M>>, 401>
}
