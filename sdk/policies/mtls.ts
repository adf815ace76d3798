import { z } from 'zod'
import { type Auth, bindAuthWith } from '../auth.js'
import type { Effects } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { parseMetadata } from '../schemas/metadata.js'
import { zodSchema } from '../schemas/values.js'
import type { In, Out, Schema } from '../types.js'
import { type ConsumerRules, consumerRules } from './consumers.js'

const match = {
  /** A subject alternative name (RFC 5280 section 4.2.1.6): `DNS:…`, `URI:…`, `email:…` or `IP:…`. */
  san: z
    .string()
    .regex(/^(DNS|URI|email|IP):./, 'expected a name such as "DNS:client.example.org" or "URI:spiffe://example.org/billing"')
    .optional(),
  /** The subject, most significant part first: `C=GB, O=Acme, CN=billing`. */
  subject: z.string().min(1).optional(),
  /** SHA-256 fingerprint of the certificate: 64 hex digits, with or without colons. */
  fingerprint: z
    .string()
    .regex(/^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/, 'expected 64 hex digits')
    .optional(),
}

const consumer = z.strictObject({
  /** Who it is. */
  consumer: z.string().min(1),
  ...match,
  /** More about the consumer, parsed by the `metadata` schema. */
  metadata: z.unknown().optional(),
})

const options = z
  .strictObject({
    /** Who is let in, and by which part of the certificate: one of `san`, `subject` and `fingerprint` each. The first that fits counts. */
    consumers: z.array(consumer).min(1),
    /** Schema of a consumer's metadata; what it yields is `ctx.auth.metadata`. */
    metadata: zodSchema.optional(),
  })
  .transform((given, ctx) => {
    const fail = (path: PropertyKey[], message: string) => ctx.addIssue({ code: 'custom', path: ['consumers', ...path], message })
    const consumers = given.consumers.map((one, index) => {
      const { san, subject, fingerprint } = one
      if ([san, subject, fingerprint].filter((part) => part !== undefined).length !== 1)
        fail([index], 'expected one of `san`, `subject` and `fingerprint`')
      return { ...one, metadata: parseMetadata(given.metadata, one.metadata, (path, message) => fail([index, ...path], message)) }
    })
    return { ...given, consumers }
  })

/** Parsed options of {@link mtls}. */
export type MtlsSettings = z.output<typeof options>

export const mtlsDefinition = {
  name: 'mtls',
  phase: 'authenticate',
  options,
  needs: () => ['clientCa'] as const,
  effects: (): Effects => ({
    problems: ['UNAUTHENTICATED', 'INVALID_CREDENTIALS'],
    headers: [{ name: 'WWW-Authenticate', description: 'How to authenticate (RFC 9110 section 11.6.1).', on: 'problems' }],
    security: [{ scheme: 'mtls', type: 'mutualTLS', description: 'A client certificate from an accepted authority.' }],
  }),
} as const satisfies PolicyDefinition<'mtls'>

/** The name in a certificate that an alternative name of a {@link MtlsConsumer} is written as. */
export type SubjectAltName = `${'DNS' | 'URI' | 'email' | 'IP'}:${string}`

/** Someone who is let in, by one part of the certificate. */
export type MtlsConsumer<M> = { readonly consumer: string; readonly metadata?: M } & (
  | { readonly san: SubjectAltName; readonly subject?: never; readonly fingerprint?: never }
  | { readonly subject: string; readonly san?: never; readonly fingerprint?: never }
  | { readonly fingerprint: string; readonly san?: never; readonly subject?: never }
)

/** Options of {@link mtls}. */
export interface MtlsOptions<M extends Schema> {
  /** Who is let in, and by which part of the certificate. The first that fits counts. */
  readonly consumers: readonly MtlsConsumer<In<M>>[]
  /** Schema of a consumer's metadata; what it yields is `ctx.auth.metadata`. */
  readonly metadata?: M
}

/** What a known certificate gives. */
export interface MtlsAuth<M> {
  readonly kind: 'mtls'
  readonly consumer: string
  /** The certificate's subject, most significant part first. */
  readonly subject: string
  /** SHA-256, as 64 lower-case hex digits. */
  readonly fingerprint: string
  readonly metadata: M
}

/** An {@link mtls} auth: beside what every auth offers, a policy on who calls. */
export interface MtlsSource<M> extends Auth<MtlsAuth<M>, 401>, ConsumerRules<MtlsAuth<M>> {}

/**
 * Requires a client certificate (RFC 8446 section 4.3.2) that an authority of `server.tls.clientCa` issued, and maps it to a consumer.
 * Only certificates of the connection itself count, never those that a header reports.
 */
export function mtls<M extends Schema = Schema<undefined, undefined>>(given: MtlsOptions<M>): MtlsSource<Out<M>> {
  return bindAuthWith(mtlsDefinition, given, consumerRules<MtlsAuth<Out<M>>>('mtls'), mtls) as MtlsSource<Out<M>>
}
