import { z } from 'zod'

/** What bodies can be converted to and from, beside JSON. */
export const CONVERT_FORMATS = ['xml', 'csv', 'form'] as const

/** A format that bodies are converted to or from. */
export type ConvertFormat = (typeof CONVERT_FORMATS)[number]

/** A name of an element or attribute, with a namespace prefix or none (Namespaces in XML 1.0 section 4). */
export const XML_NAME = /^[\p{L}_][\p{L}\p{N}\p{M}._-]*(?::[\p{L}_][\p{L}\p{N}\p{M}._-]*)?$/u

const mediaType = z.string().regex(/^[a-z]+\/[a-z0-9.+-]+(?:;\s*[a-z-]+=[\w.-]+)*$/i, 'expected a media type such as "text/xml"')

const formatSchema = z.strictObject({
  /** `xml` (XML 1.0), `csv` (RFC 4180, with a line of names) or `form` (`application/x-www-form-urlencoded`). */
  format: z.enum(CONVERT_FORMATS),
  /** XML: the name of the root element, which the value then leaves out. Default: the value has one member, the root. */
  root: z.string().optional(),
  /** CSV: what stands between two fields: `,`, `;`, a tab or `|`. Default `,`. */
  delimiter: z.enum([',', ';', '\t', '|']).optional(),
  /** Requests: the `Content-Type` that the upstream gets. Default: the format’s own, in UTF-8. */
  contentType: mediaType.optional(),
})

/** What the upstream speaks, where it is not what callers do. */
export const convertSchema = z.strictObject({
  /**
   * What request bodies are written as for the upstream, whatever they came in (`accepts`): `json`, `xml`, `csv`, `form`, or a format with its
   * options; after `mapRequest`. Default: what came, or JSON from `mapRequest`.
   */
  request: z
    .union([z.enum(['json', ...CONVERT_FORMATS]), formatSchema], 'expected "json", "xml", "csv", "form" or { format, … }')
    .optional(),
  /**
   * What the upstream’s responses come in: `xml`, `csv`, `form`, or a format with its options. Those that `responses` declares with a schema, or
   * `mapResponse` maps, reach callers as JSON. Default: JSON.
   */
  response: z
    .union([z.enum(CONVERT_FORMATS), formatSchema.omit({ contentType: true })], 'expected "xml", "csv", "form" or { format, … }')
    .optional(),
})

/** A format as the runtime reads or writes it. */
export interface FormatSettings {
  readonly format: ConvertFormat
  readonly root: string | undefined
  readonly delimiter: string
  /** Undefined: the format's own. */
  readonly contentType: string | undefined
}

/** How a route's bodies are converted; undefined parts are not. */
export interface ResolvedConversion {
  readonly request: FormatSettings | 'json' | undefined
  readonly response: FormatSettings | undefined
}

/** XML: elements by name, `@name` for attributes, `#text` for text beside either. */
export interface XmlOptions {
  readonly format: 'xml'
  /** The name of the root element, which the value then leaves out. Default: the value has one member, the root. */
  readonly root?: string
}

/** CSV with a line of names (RFC 4180). */
export interface CsvOptions {
  readonly format: 'csv'
  /** What stands between two fields. Default `,`. */
  readonly delimiter?: ',' | ';' | '\t' | '|'
}

type Written<O> = O & {
  /** The `Content-Type` that the upstream gets. Default: the format’s own, in UTF-8. */
  readonly contentType?: string
}

/** What the upstream speaks, where it is not what callers do; see {@link convertSchema}. */
export interface ConvertOptions {
  /** What request bodies are written as for the upstream. Default: what came, or JSON from `mapRequest`. */
  readonly request?: 'json' | ConvertFormat | Written<XmlOptions> | Written<CsvOptions> | Written<{ readonly format: 'form' }>
  /** What the upstream’s responses come in; callers get JSON. Default: JSON. */
  readonly response?: ConvertFormat | XmlOptions | CsvOptions | { readonly format: 'form' }
}
