import type { OpenAPIV3_1 } from 'openapi-types'
import type { DocumentReader } from './document-reader.js'
import { escapeDoc } from './quote.js'

/** A way to prove who calls, as an option of the client. */
export interface ClientCredential {
  readonly scheme: string
  /** `basic` for a name and a password, `secret` for one text. */
  readonly kind: 'basic' | 'secret'
  readonly header: string
  /** What comes before the secret in the header. */
  readonly prefix: string
  readonly doc: string
}

const isPerRequest = (scheme: object): boolean => 'x-per-request' in scheme && scheme['x-per-request'] === true

/** Certificates and signatures are not text that an option could hold; the client's `fetch` option adds them. */
const comesWithFetch = (scheme: OpenAPIV3_1.SecuritySchemeObject): boolean =>
  (scheme.type as string) === 'mutualTLS' || isPerRequest(scheme)

function headerOf(scheme: OpenAPIV3_1.SecuritySchemeObject): readonly [header: string, prefix: string] | undefined {
  if (scheme.type === 'apiKey') return scheme.in === 'header' ? [scheme.name, ''] : undefined
  if (scheme.type !== 'http') return ['authorization', 'Bearer ']
  const name = scheme.scheme.charAt(0).toUpperCase() + scheme.scheme.slice(1)
  return ['authorization', `${name} `]
}

/** Reads the security schemes of a document, sorted by name. */
export function readSecurity(document: OpenAPIV3_1.Document, reader: DocumentReader): readonly ClientCredential[] {
  const schemes = Object.entries(document.components?.securitySchemes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return schemes.flatMap(([name, value]) => {
    const at = ['components', 'securitySchemes', name]
    const scheme = reader.resolve<OpenAPIV3_1.SecuritySchemeObject>(value, at)
    if (!scheme || comesWithFetch(scheme)) return []
    const header = headerOf(scheme)
    const kind = scheme.type === 'http' && scheme.scheme.toLowerCase() === 'basic' ? 'basic' : 'secret'
    if (header) return [{ scheme: name, kind, header: header[0], prefix: header[1], doc: escapeDoc(scheme.description ?? '') }]
    reader.refuse(at, 'an API key outside the headers cannot be sent', 'Keys in a URL end up in logs; use a header.')
    return []
  })
}
