import { z } from 'zod'

const pem = z.string().regex(/-----BEGIN [A-Z ]+-----/, 'expected a text in PEM form, not the path of a file')

/** What connections to `https` targets trust and show; certificates are always verified, against the target's host name. */
export const upstreamTlsSchema = z
  .strictObject({
    /** Certificate authorities to trust instead of Node's own; PEM text. */
    ca: pem.optional(),
    /** The gateway's own certificate, for targets that ask for one (mutual TLS); PEM text, needs `key`. */
    cert: pem.optional(),
    /** The private key of `cert`; PEM text. */
    key: pem.meta({ secret: true }).optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'expected `cert` and `key` together')

/** What a user writes for the TLS of an upstream; all values are texts in PEM form. */
export interface UpstreamTlsOptions {
  /** Certificate authorities to trust instead of Node's own. */
  readonly ca?: string
  /** The gateway's own certificate, for targets that ask for one. */
  readonly cert?: string
  readonly key?: string
}
