import { type BodyMedia, listFieldsOf } from '../../sdk/body-media.js'
import { Problem, type RequestStep } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { acceptedFormat, type RequestTarget, readConverted, writeConverted } from '../convert/convert-request.js'
import type { Converters } from '../convert/load-converters.js'
import { hasBody } from '../forward/collect-body.js'
import type { GatewayExchange } from './exchange.js'
import { parseJson } from './parse-json.js'
import { parsePart } from './parse-part.js'
import { readMultipart, readUrlEncoded } from './read-form.js'
import { type WrittenBody, writeMultipart, writeUrlEncoded } from './write-form.js'

/** One way in which a body may come, and how what the schema yields goes on. */
interface Codec {
  readonly name: string
  matches(contentType: string): boolean
  read(bytes: Uint8Array, contentType: string): unknown | Promise<unknown>
  /** Undefined where the bytes go on as they came, or as JSON. */
  readonly write?: (value: object) => WrittenBody | Promise<WrittenBody>
}

const JSON_NAME = 'application/json'

/** True for a JSON media type (RFC 6839 section 3.1). */
export const isJson = (type: string) => /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)

/** XML or CSV from a caller. */
function convertedCodec(media: 'xml' | 'csv', route: ResolvedRoute, converters: Converters): Codec {
  const format = acceptedFormat(media, route, converters)
  return {
    name: format.mediaType,
    matches: (type) => format.matches(type),
    read: (bytes, type) => readConverted(format, bytes, type),
    write: (value) => ({ contentType: format.contentType, bytes: writeConverted(format, value, false) }),
  }
}

function codecOf(media: BodyMedia, route: ResolvedRoute, converters: Converters): Codec {
  const { json, body } = route
  const lists = body ? listFieldsOf(body) : new Set<string>()
  switch (media) {
    case 'json':
      return { name: JSON_NAME, matches: isJson, read: (bytes) => parseJson(bytes, json) }
    case 'form':
      return {
        name: 'application/x-www-form-urlencoded',
        matches: (type) => /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type),
        read: (bytes) => readUrlEncoded(bytes, lists),
        write: writeUrlEncoded,
      }
    case 'xml':
    case 'csv':
      return convertedCodec(media, route, converters)
    case 'multipart':
      return {
        name: 'multipart/form-data',
        matches: (type) => /^multipart\/form-data\s*;/i.test(type),
        read: (bytes, type) => readMultipart(bytes, type, lists),
        write: writeMultipart,
      }
    case 'file':
      return {
        name: 'its own media type',
        matches: (type) => type !== '',
        read: (bytes, type) => new File([bytes as never], '', { type: type.replace(/\s*;.*$/s, '').toLowerCase() }),
      }
  }
}

function checkCoding({ req }: GatewayExchange): void {
  const coding = req.headers['content-encoding'] ?? 'identity'
  if (coding.toLowerCase() !== 'identity')
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the body without a content coding.' })
}

function pick(codecs: readonly Codec[], type: string): Codec {
  const codec = codecs.find((one) => one.matches(type))
  if (!codec) throw new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: `Send the body as ${codecs.map(({ name }) => name).join(' or ')}.` })
  return codec
}

/** What the schema yielded, as the body that goes upstream; a map writes its own. */
function pass(
  exchange: GatewayExchange,
  { write, name }: Codec,
  { mapRequest, accepts }: ResolvedRoute,
  target: RequestTarget | undefined,
): undefined | Promise<undefined> {
  if (mapRequest) {
    if (name !== JSON_NAME && !target) exchange.setRequestHeader('content-type', JSON_NAME)
    return undefined
  }
  if (target) {
    exchange.body = target.write(exchange.json)
    exchange.setRequestHeader('content-type', target.contentType)
    return undefined
  }
  if (!write) {
    if (!accepts.includes('file')) exchange.body = JSON.stringify(exchange.json)
    return undefined
  }
  const send = ({ contentType, bytes }: WrittenBody) => {
    exchange.body = bytes
    exchange.setRequestHeader('content-type', contentType)
    return undefined
  }
  if (typeof exchange.json !== 'object' || exchange.json === null)
    throw new Problem('INTERNAL', { cause: new TypeError(`${name} needs a schema that yields an object`) })
  const written = write(exchange.json)
  return written instanceof Promise ? written.then(send) : send(written)
}

/**
 * The step that reads and checks a route's body; undefined where it needs none. What the schema yields is what goes upstream,
 * written as it came, or as the target has it: defaults filled in, unknown keys dropped unless the schema keeps them.
 */
export function bodyStep(route: ResolvedRoute, converters: Converters, target: RequestTarget | undefined): RequestStep | undefined {
  const { body, mapRequest, bodyLimit, accepts } = route
  if (!body && !mapRequest) return undefined
  const codecs = accepts.map((media) => codecOf(media, route, converters))
  const accept = (exchange: GatewayExchange, value: unknown, codec: Codec | undefined) => {
    exchange.json = body ? parsePart(body, value, 'body') : value
    // Without a body, and with a schema that does not ask for one, there is nothing to send.
    return codec && exchange.json !== undefined ? pass(exchange, codec, route, target) : undefined
  }
  return (ctx) => {
    const exchange = ctx as GatewayExchange
    if (!hasBody(exchange.req)) return accept(exchange, undefined, codecs[0])
    const type = exchange.req.headers['content-type'] ?? ''
    const codec = pick(codecs, type)
    checkCoding(exchange)
    return exchange.readBody(bodyLimit).then((bytes) => {
      const value = codec.read(bytes, type)
      return value instanceof Promise ? value.then((read) => accept(exchange, read, codec)) : accept(exchange, value, codec)
    })
  }
}
