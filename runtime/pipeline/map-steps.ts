import { z } from 'zod'
import { Problem, type RequestStep, type ResponseSpec, type Schema } from '../../sdk/index.js'
import { redact, redactionOf, secretPlaces } from '../../sdk/redaction.js'
import type { MapFunction, ResolvedRoute } from '../../sdk/resolved.js'
import type { RequestTarget } from '../convert/convert-request.js'
import type { Converters } from '../convert/load-converters.js'
import { type ReadResponse, responseReader } from '../convert/read-response.js'
import type { ResponseMapping } from './compiled-route.js'
import type { GatewayExchange } from './exchange.js'
import type { CountViolation } from './response-check.js'

/** The exchange as `map*` functions see it: with what policies gave, each under its key. */
function contextOf(exchange: GatewayExchange): unknown {
  return exchange.given ? Object.assign(Object.create(exchange), exchange.given) : exchange
}

function parseOr(schema: Schema, value: unknown, detail: string, failed: () => void): unknown {
  const result = z.safeParse(schema as unknown as z.core.$ZodType, value)
  if (result.success) return result.data
  failed()
  throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail, cause: result.error })
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

const failed = (cause: unknown) => (cause instanceof Problem ? cause : new Problem('INTERNAL', { cause }))

/** Calls a map and hands on what it returns: at once, or when its promise settles. */
function call<T>(map: MapFunction, body: unknown, exchange: GatewayExchange, proceed: (mapped: unknown) => T): T | Promise<T> {
  let mapped: unknown
  try {
    mapped = map(body, contextOf(exchange))
  } catch (cause) {
    throw failed(cause)
  }
  if (!isPromise(mapped)) return proceed(mapped)
  const settled = Promise.resolve(mapped).catch((cause: unknown) => {
    throw failed(cause)
  })
  return settled.then(proceed)
}

/** The step that turns the caller's body into the upstream's; undefined if the route has none. */
export function mapRequestStep({ mapRequest, upstreamBody }: ResolvedRoute, target: RequestTarget | undefined): RequestStep | undefined {
  if (!mapRequest) return undefined
  const setType = (exchange: GatewayExchange) => target && exchange.setRequestHeader('content-type', target.contentType)
  const write = (value: unknown) => (target ? target.write(value) : JSON.stringify(value))
  return (ctx) => {
    const exchange = ctx as GatewayExchange
    return call(mapRequest, exchange.json, exchange, (mapped) => {
      const checked = upstreamBody ? z.safeParse(upstreamBody as unknown as z.core.$ZodType, mapped) : undefined
      if (checked && !checked.success) throw new Problem('INTERNAL', { cause: checked.error })
      exchange.body = write(checked ? checked.data : mapped)
      setType(exchange)
      return undefined
    })
  }
}

function headerOf(headers: readonly Buffer[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const given = headers[index] as Buffer
    if (given.length === name.length && given.toString('latin1').toLowerCase() === name)
      return (headers[index + 1] as Buffer).toString('latin1')
  }
  return undefined
}

const readJson: ReadResponse = (bytes, _contentType, failed) => {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    failed()
    throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream’s response is not JSON.', cause })
  }
}

function readUpstream(read: ReadResponse, bytes: Buffer, headers: readonly Buffer[], failed: () => void): unknown {
  const coding = headerOf(headers, 'content-encoding')
  if (coding !== undefined && coding.toLowerCase() !== 'identity')
    throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream encoded a response that has to be transformed.' })
  return read(bytes, read === readJson ? '' : (headerOf(headers, 'content-type') ?? ''), failed)
}

const unchanged: MapFunction = (body) => body
const unchangedValue = (value: unknown) => value

/** Redacts what a response's schema marks secret; undefined where nothing is to be redacted. */
export function redactor({ redactSecrets }: ResolvedRoute, spec: ResponseSpec | undefined): ((value: unknown) => unknown) | undefined {
  if (!redactSecrets || typeof spec !== 'object') return undefined
  const redaction = redactionOf(spec)
  return secretPlaces(redaction).length > 0 ? (value) => redact(value, redaction) : undefined
}

/** The map of each status whose response is collected: the route's own, and one for every other schema whose responses are enforced, redacted or converted. */
function mapsOf(route: ResolvedRoute): (readonly [number, MapFunction])[] {
  const { mapResponse, responses, validateResponse, convert } = route
  const own = Object.entries(mapResponse).map(([status, map]) => [Number(status), map] as const)
  const all = validateResponse.mode === 'enforce' || convert?.response !== undefined
  const rest = Object.entries(responses).filter(
    ([status, spec]) => typeof spec === 'object' && !(status in mapResponse) && (all || redactor(route, spec)),
  )
  return [...own, ...rest.map(([status]) => [Number(status), unchanged] as const)]
}

/** The mappings of a route's responses by status; what they return is checked against the public schema. */
export function responseMappings(
  route: ResolvedRoute,
  violated: CountViolation,
  converters: Converters,
): ReadonlyMap<number, ResponseMapping> | undefined {
  const entries = mapsOf(route).map(([status, map]): [number, ResponseMapping] => {
    const declared = route.responses[status]
    const received = route.upstreamResponses[status]
    const broken = () => violated(status)
    const expected = received ?? (map === unchanged && typeof declared === 'object' ? declared : undefined)
    const read = responseReader(route, expected, converters) ?? readJson
    const mismatch = `The ${map === unchanged ? 'upstream’s' : 'transformed'} response does not match its schema.`
    const hide = redactor(route, declared) ?? unchangedValue
    const publish = (mapped: unknown) =>
      Buffer.from(JSON.stringify(typeof declared === 'object' ? hide(parseOr(declared, mapped, mismatch, broken)) : mapped))
    const run: ResponseMapping['run'] = (exchange, bytes, headers) => {
      const value = readUpstream(read, bytes, headers, broken)
      const given = received ? parseOr(received, value, 'The upstream’s response does not match its schema.', broken) : value
      return call(map, given, exchange, publish)
    }
    const contentType = declared === 'problem' ? 'application/problem+json' : 'application/json; charset=utf-8'
    return [status, { contentType, run }]
  })
  return entries.length === 0 ? undefined : new Map(entries)
}
