import { z } from 'zod'
import { type Auth, bindAuthWith } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { parseMetadata } from '../schemas/metadata.js'
import { type Duration, duration } from '../schemas/text.js'
import { zodSchema } from '../schemas/values.js'
import type { In, Out, Schema } from '../types.js'
import { type ConsumerRules, consumerRules } from './consumers.js'

/** Signature algorithms of RFC 9421 section 6.2.2 that are accepted. */
export const SIGNATURE_ALGORITHMS = ['hmac-sha256', 'ed25519', 'ecdsa-p256-sha256', 'rsa-pss-sha512'] as const
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number]

const DERIVED = ['@method', '@target-uri', '@authority', '@scheme', '@request-target', '@path', '@query']

const component = z
  .string()
  .regex(/^(@[a-z-]+|[!#$%&'*+.^_`|~0-9a-z-]+)$/, 'expected a lower-case header name or a derived component such as "@method"')
  .refine((name) => !name.startsWith('@') || DERIVED.includes(name), `expected one of ${DERIVED.join(', ')}`)

const key = z.strictObject({
  /** The `keyid` that signatures name. Unique. */
  id: z.string().min(1),
  /** The one algorithm that the key is for. */
  algorithm: z.enum(SIGNATURE_ALGORITHMS),
  /** Shared secret for `hmac-sha256`, in Base64: at least 32 bytes. */
  secret: z.base64().min(43, 'expected at least 32 bytes in Base64').meta({ secret: true }).optional(),
  /** Public key in PEM form for the other algorithms. */
  publicKey: z.string().startsWith('-----BEGIN ', 'expected a PEM block').optional(),
  /** Who signs with it. Several keys of one consumer overlap while one replaces another. */
  consumer: z.string().min(1),
  /** More about the consumer, parsed by the `metadata` schema. */
  metadata: z.unknown().optional(),
})

const options = z
  .strictObject({
    /** The known keys. */
    keys: z.array(key).min(1),
    /** What a signature must cover at least: header names and derived components (RFC 9421 section 2). Default: `@method`, `@authority`, `@path`, `@query`, and `content-digest` where there is a body. */
    components: z.array(component).min(1).default(['@method', '@authority', '@path', '@query']),
    /** Requires that a request with a body has its `Content-Digest` (RFC 9530) signed. A digest that is there is checked in any case. Default true. */
    digest: z.boolean().default(true),
    /** Largest age since `created`, and how far ahead a clock may be. Default `5m`. */
    maxAge: duration.prefault('5m'),
    /** `require` refuses a signature without `nonce`; one that was seen within `maxAge` is refused. `ignore` lets a request be replayed. Default `require`. */
    nonce: z.enum(['require', 'ignore']).default('require'),
    /** The `tag` that signatures must carry (RFC 9421 section 2.3). Default: any. */
    tag: z.string().min(1).optional(),
    /** Schema of a consumer's metadata; what it yields is `ctx.auth.metadata`. */
    metadata: zodSchema.optional(),
    /** Sends the signature on to the upstream. Default false: it is stripped. */
    forward: z.boolean().default(false),
  })
  .transform((given, ctx) => {
    const fail = (path: PropertyKey[], message: string) => ctx.addIssue({ code: 'custom', path: ['keys', ...path], message })
    const ids = new Set<string>()
    const keys = given.keys.map((one, index) => {
      if (ids.has(one.id)) fail([index, 'id'], `another key has the id "${one.id}"`)
      ids.add(one.id)
      const wanted = one.algorithm === 'hmac-sha256' ? 'secret' : 'publicKey'
      const other = wanted === 'secret' ? 'publicKey' : 'secret'
      if (one[wanted] === undefined) fail([index, wanted], `${one.algorithm} needs a \`${wanted}\``)
      if (one[other] !== undefined) fail([index, other], `${one.algorithm} has no \`${other}\``)
      return { ...one, metadata: parseMetadata(given.metadata, one.metadata, (path, message) => fail([index, ...path], message)) }
    })
    return { ...given, keys }
  })

/** Parsed options of {@link httpSignature}; durations in milliseconds. */
export type HttpSignatureSettings = z.output<typeof options>

export const httpSignatureDefinition = {
  name: 'http-signature',
  phase: 'authenticate',
  options,
  effects: (settings: HttpSignatureSettings): Effects => ({
    problems: [
      'UNAUTHENTICATED',
      'INVALID_CREDENTIALS',
      'PAYLOAD_TOO_LARGE',
      ...(settings.nonce === 'require' ? (['AUTH_UNAVAILABLE'] as const) : []),
    ],
    headers: [
      { name: 'WWW-Authenticate', description: 'How to authenticate (RFC 9110 section 11.6.1).', on: 'problems' },
      { name: 'Accept-Signature', description: 'What a signature must cover (RFC 9421 section 5.1).', on: 'problems' },
      ...(settings.nonce === 'require'
        ? [{ name: 'Retry-After', description: 'Seconds after which the store of nonces is asked again.', on: 'problems' } as const]
        : []),
    ],
    security: [{ scheme: 'httpSignature', type: 'signature', header: 'signature', description: 'An HTTP message signature (RFC 9421).' }],
  }),
} as const satisfies PolicyDefinition<'http-signature'>

/** A key that requests may be signed with. */
export type SignatureKey<M> = {
  /** The `keyid` that signatures name. Unique. */
  readonly id: string
  /** Who signs with it. */
  readonly consumer: string
  readonly metadata?: M
} & (
  | { readonly algorithm: 'hmac-sha256' /** Base64 of at least 32 bytes. */; readonly secret: string }
  | { readonly algorithm: Exclude<SignatureAlgorithm, 'hmac-sha256'> /** PEM (SPKI). */; readonly publicKey: string }
)

/** Options of {@link httpSignature}. */
export interface HttpSignatureOptions<M extends Schema> {
  /** The known keys. */
  readonly keys: readonly SignatureKey<In<M>>[]
  /** What a signature must cover at least. Default: `@method`, `@authority`, `@path` and `@query`. */
  readonly components?: readonly string[]
  /** Requires that a request with a body has its `Content-Digest` (RFC 9530) signed. Default true. */
  readonly digest?: boolean
  /** Largest age since `created`, and how far ahead a clock may be. Default `5m`. */
  readonly maxAge?: Duration
  /** Whether a signature must have a `nonce`, so that it works once. Default `require`. */
  readonly nonce?: 'require' | 'ignore'
  /** The `tag` that signatures must carry. Default: any. */
  readonly tag?: string
  /** Schema of a consumer's metadata; what it yields is `ctx.auth.metadata`. */
  readonly metadata?: M
  /** Sends the signature on to the upstream. Default false: it is stripped. */
  readonly forward?: boolean
}

/** What a valid signature gives. */
export interface HttpSignatureAuth<M> {
  readonly kind: 'httpSignature'
  readonly keyId: string
  readonly consumer: string
  /** What the signature covers. */
  readonly components: readonly string[]
  readonly metadata: M
}

/** An {@link httpSignature} auth: beside what every auth offers, a policy on who calls. */
export interface HttpSignatureSource<M> extends Auth<HttpSignatureAuth<M>, 401 | 413 | 503>, ConsumerRules<HttpSignatureAuth<M>> {}

/**
 * Requires an HTTP message signature (RFC 9421) over chosen parts of the request, fresh and seen for the first time, and
 * checks `Content-Digest` (RFC 9530) against the body, up to the route's limit.
 */
export function httpSignature<M extends Schema = Schema<undefined, undefined>>(
  given: HttpSignatureOptions<M>,
): HttpSignatureSource<Out<M>> {
  const rules = consumerRules<HttpSignatureAuth<Out<M>>>('httpSignature')
  return bindAuthWith(httpSignatureDefinition, given, rules, httpSignature) as HttpSignatureSource<Out<M>>
}
