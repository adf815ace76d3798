import { z } from 'zod'

const pem = z.string().regex(/^\s*-----BEGIN /, 'expected PEM text, which starts with "-----BEGIN"')

/** TLS on the client listener; exactly one of the two pairs is given. */
export const listenerTlsSchema = z
  .strictObject({
    /** PEM text of the certificate, its chain after it. */
    cert: pem.optional(),
    /** PEM text of the private key, such as `env('TLS_KEY')`. */
    key: pem.meta({ secret: true }).optional(),
    /** File with what `cert` would be, from the working directory; read at start, on every reload and when it changes. */
    certFile: z.string().min(1).optional(),
    /** File with what `key` would be. */
    keyFile: z.string().min(1).optional(),
    /** Opens an encrypted key. */
    passphrase: z.string().min(1).meta({ secret: true }).optional(),
    /** PEM text of the certificates of those who issue client certificates. With it every client is asked for one; `mtls` checks it. */
    clientCa: pem.optional(),
    /** File with what `clientCa` would be. */
    clientCaFile: z.string().min(1).optional(),
    /** Oldest version of TLS that is spoken. Default `TLSv1.2`. */
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
  })
  .superRefine(({ cert, key, certFile, keyFile, clientCa, clientCaFile }, ctx) => {
    if (clientCa !== undefined && clientCaFile !== undefined)
      ctx.addIssue({ code: 'custom', path: ['clientCa'], message: 'expected one of `clientCa` and `clientCaFile`' })
    const texts = [cert, key].filter((given) => given !== undefined).length
    const files = [certFile, keyFile].filter((given) => given !== undefined).length
    if (texts + files === 2 && texts !== 1) return
    ctx.addIssue({ code: 'custom', message: 'expected `cert` with `key`, or `certFile` with `keyFile`' })
  })

/** A certificate and key for the client listener, as files or as PEM texts. */
export type ListenerTlsOptions = (
  | {
      /** File with the certificate in PEM form, its chain after it; read at start, on every reload and when it changes. */
      readonly certFile: string
      /** File with the private key in PEM form. */
      readonly keyFile: string
    }
  | {
      /** PEM text of the certificate, its chain after it. */
      readonly cert: string
      /** PEM text of the private key, such as `env('TLS_KEY')`. */
      readonly key: string
    }
) & {
  /** Opens an encrypted key. */
  readonly passphrase?: string
  /** PEM text of the certificates of those who issue client certificates; every client is then asked for one. Default: none. */
  readonly clientCa?: string
  /** File with what `clientCa` would be. */
  readonly clientCaFile?: string
  /** Oldest version of TLS that is spoken. Default `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
}

export type ListenerTlsSettings = z.output<typeof listenerTlsSchema>
