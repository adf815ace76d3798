import type { JsonSchema } from './schema.js'

/** How a response's body is read; the keys of a descriptor. */
export type Reader = 'json' | 'problem' | 'text' | 'blob' | 'empty' | 'any'

/** One parameter of an operation. */
export interface ClientParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: JsonSchema
  readonly doc: string
  /** The client makes a value where it is given none, and sends it with each try. */
  readonly once: boolean
}

/** A request body; `media` is undefined for JSON. */
export interface ClientBody {
  readonly required: boolean
  readonly media: string | undefined
  readonly schema: JsonSchema
}

/** One declared response: an exact status, 1 to 5 for a class of them, or 0 for all others. */
export interface ClientResponse {
  readonly status: number
  readonly reader: Reader
  readonly schema: JsonSchema
  /** Problem codes that it may carry; empty if unknown. */
  readonly codes: readonly string[]
}

/** One operation of a document, read and checked. */
export interface ClientOperation {
  readonly id: string
  readonly keys: readonly string[]
  readonly tag: string
  readonly method: string
  /** With `{name*}` where a parameter may span segments. */
  readonly path: string
  /** Escaped text of the documentation comment. */
  readonly doc: string
  /** What the mark says, escaped; undefined if the operation is not deprecated. */
  readonly deprecated: string | undefined
  readonly parameters: readonly ClientParameter[]
  readonly body: ClientBody | undefined
  /** By status, then reader. */
  readonly responses: readonly ClientResponse[]
  /** Alternatives of security schemes. */
  readonly auth: readonly (readonly string[])[]
}
