import type { FormatSettings } from '../../sdk/convert.js'
import type { Schema } from '../../sdk/index.js'
import type { JsonLimits } from '../../sdk/json-limits.js'

/** A format that bodies are read from and written in, for one place of one route. */
export interface BodyFormat {
  /** As messages name it. */
  readonly name: string
  /** For `Accept`, and for callers who sent something else. */
  readonly mediaType: string
  /** What bodies that it wrote are sent as. */
  readonly contentType: string
  matches(contentType: string): boolean
  /** @throws ConversionError */
  read(bytes: Buffer, contentType: string): unknown
  /** @throws ConversionError */
  write(value: unknown): Buffer
}

/** What a format is compiled from. */
export interface FormatParts {
  readonly settings: FormatSettings
  /** What is read must match it, and what is written does; undefined where anything goes. */
  readonly schema: Schema | undefined
  readonly bounds: JsonLimits
}

/** Compiles a format; its library is loaded where a route uses it. */
export type CreateFormat = (parts: FormatParts) => BodyFormat
