import { z } from 'zod'

const pem = z
  .string()
  .regex(/-----BEGIN [A-Z ]+-----/, 'expected a text in PEM form; for the path of a file there are `caFile`, `certFile` and `keyFile`')
const file = z.string().min(1)

/** What connections to `https` targets trust and show. */
export const upstreamTlsSchema = z
  .strictObject({
    /** Certificate authorities to trust instead of Node's own; PEM text. */
    ca: pem.optional(),
    /** File with what `ca` would be, from the working directory. Files are read when the upstream is opened, and again when they change. */
    caFile: file.optional(),
    /** The gateway's own certificate, for targets that ask for one (mutual TLS), its chain after it; PEM text, needs `key`. */
    cert: pem.optional(),
    /** The private key of `cert`; PEM text. */
    key: pem.meta({ secret: true }).optional(),
    /** File with what `cert` would be; needs `keyFile`. */
    certFile: file.optional(),
    /** File with what `key` would be. */
    keyFile: file.optional(),
    /** Opens an encrypted key. */
    passphrase: z.string().min(1).meta({ secret: true }).optional(),
    /** Name that is sent in the handshake (SNI, RFC 6066 section 3) and that certificates must have. Default: the target's host. */
    servername: z
      .string()
      .regex(
        /^(?=.{1,253}$)(?!\d+(?:\.\d+){3}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i,
        'expected a host name',
      )
      .optional(),
    /** Oldest version of TLS that is spoken. Default `TLSv1.2`. */
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
    /**
     * Public keys that a target's own certificate may have, beside all other checks: SHA-256 of the key's SPKI in base64, as in
     * RFC 7469 section 2.4. Any of them will do, so that the next key can be named before it is used.
     */
    pins: z
      .array(z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'expected the SHA-256 of a public key: 44 characters of base64'))
      .min(1, 'expected at least one pin')
      .optional(),
    /**
     * False takes any certificate, from anyone; with `pins`, any that has one of those keys. Without pins it is refused where `NODE_ENV` is
     * `production`. Default true.
     */
    verify: z.boolean().default(true),
  })
  .superRefine(({ ca, caFile, cert, key, certFile, keyFile, passphrase, verify }, ctx) => {
    const refuse = (message: string, ...path: string[]) => ctx.addIssue({ code: 'custom', path, message })
    if (ca !== undefined && caFile !== undefined) refuse('expected one of `ca` and `caFile`', 'ca')
    const isPair = (cert === undefined) === (key === undefined) && (certFile === undefined) === (keyFile === undefined)
    if (!isPair || (cert !== undefined && certFile !== undefined)) refuse('expected `cert` with `key`, or `certFile` with `keyFile`')
    if (passphrase !== undefined && key === undefined && keyFile === undefined) refuse('there is no key to open', 'passphrase')
    if (!verify && (ca !== undefined || caFile !== undefined)) refuse('with `verify: false` nothing is held against an authority', 'verify')
  })

/** What a user writes for the TLS of an upstream. */
export interface UpstreamTlsOptions {
  /** Certificate authorities to trust instead of Node's own; PEM text. */
  readonly ca?: string
  /** File with what `ca` would be. Files are read when the upstream is opened, and again when they change. */
  readonly caFile?: string
  /** The gateway's own certificate, for targets that ask for one, its chain after it; PEM text. */
  readonly cert?: string
  /** The private key of `cert`; PEM text. */
  readonly key?: string
  /** File with what `cert` would be. */
  readonly certFile?: string
  /** File with what `key` would be. */
  readonly keyFile?: string
  /** Opens an encrypted key. */
  readonly passphrase?: string
  /** Name that is sent in the handshake and that certificates must have. Default: the target's host. */
  readonly servername?: string
  /** Oldest version of TLS that is spoken. Default `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** Public keys that a target's own certificate may have: SHA-256 of the SPKI in base64 (RFC 7469 section 2.4). Any of them will do. */
  readonly pins?: readonly string[]
  /** False takes any certificate; with `pins`, any that has one of those keys. Without pins it is refused in production. Default true. */
  readonly verify?: boolean
}

/** Parsed options for the TLS of an upstream. */
export type UpstreamTlsSettings = z.output<typeof upstreamTlsSchema>

/** True where nothing says that a target is who it should be. */
export function isUnverified(tls: UpstreamTlsSettings | undefined): boolean {
  return tls !== undefined && !tls.verify && tls.pins === undefined
}
