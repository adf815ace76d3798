import type { FormatSettings } from '../../sdk/convert.js'
import { Problem } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { BodyFormat, CreateFormat } from './body-format.js'
import { ConversionError } from './conversion-error.js'
import type { Converters } from './load-converters.js'

/** How bodies are written for the upstream. */
export interface RequestTarget {
  readonly contentType: string
  write(value: unknown): Uint8Array | string
}

const JSON_TARGET: RequestTarget = { contentType: 'application/json', write: (value) => JSON.stringify(value) }

function refuse({ name }: BodyFormat, { fault, message }: ConversionError): Problem {
  if (fault === 'charset') return new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: `The body cannot be read: ${message}.` })
  const detail =
    fault === 'malformed' ? `The body is not ${name} that can be read: ${message}.` : `The body cannot be sent as ${name}: ${message}.`
  return new Problem('INVALID_REQUEST', { detail, extensions: { errors: [{ in: 'body', path: '', message }] } })
}

/**
 * Reads a caller's body.
 * @throws Problem INVALID_REQUEST if it is malformed, UNSUPPORTED_MEDIA_TYPE if its charset is unknown
 */
export function readConverted(format: BodyFormat, bytes: Uint8Array, contentType: string): unknown {
  try {
    return format.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), contentType)
  } catch (error) {
    throw error instanceof ConversionError ? refuse(format, error) : error
  }
}

/**
 * Writes a body for the upstream.
 * @param mapped true if the gateway's own code made the value, so that its form is no fault of the caller's
 * @throws Problem INVALID_REQUEST, or INTERNAL for a form that the map gave it
 */
export function writeConverted(format: BodyFormat, value: unknown, mapped: boolean): Buffer {
  try {
    return format.write(value)
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error
    throw mapped && error.fault === 'shape' ? new Problem('INTERNAL', { cause: error }) : refuse(format, error)
  }
}

/** Compiles the format in which callers may send a route's body. */
export function acceptedFormat(format: 'xml' | 'csv', { body, json }: ResolvedRoute, converters: Converters): BodyFormat {
  const settings: FormatSettings = { format, root: undefined, delimiter: ',', contentType: undefined }
  return (converters[format] as CreateFormat)({ settings, schema: body, bounds: json })
}

/** How a route's `convert.request` is carried out; undefined where it has none. */
export function requestTarget(route: ResolvedRoute, converters: Converters): RequestTarget | undefined {
  const { convert, mapRequest, upstreamBody, body, json } = route
  const settings = convert?.request
  if (settings === undefined) return undefined
  if (settings === 'json') return JSON_TARGET
  const schema = mapRequest ? upstreamBody : body
  const format = (converters[settings.format] as CreateFormat)({ settings, schema, bounds: json })
  return { contentType: format.contentType, write: (value) => writeConverted(format, value, mapRequest !== undefined) }
}
