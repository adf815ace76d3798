import type { IssueOrigin, Schema } from '../../sdk/index.js'

/** A JSON Schema, as data. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** Which side of a schema is meant: what callers send, or what they get. */
export type SchemaIo = 'input' | 'output'

/** One place in a gateway where a schema is published. */
export interface SchemaUse {
  readonly schema: Schema
  readonly io: SchemaIo
  /** Path from the gateway's options, such as `['routes', 'users', 'get', 'body']`. */
  readonly path: readonly PropertyKey[]
  readonly origin: IssueOrigin
}
