import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { Problem, type RequestStep, type Schema } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { hasBody } from '../forward/collect-body.js'
import type { GatewayExchange } from './exchange.js'
import { isTooDeep, MAX_JSON_DEPTH } from './json-depth.js'

const BYTE_ORDER_MARK = 0xfeff
const NO_QUERY: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

type Part = 'path' | 'query' | 'body'

/** Parses a part of the request; a mismatch names every field (RFC 9457 extension member `errors`). */
function parse(schema: Schema, value: unknown, part: Part): unknown {
  const result = z.safeParse(schema as unknown as z.core.$ZodType, value)
  if (result.success) return result.data
  const errors = result.error.issues.map((issue) => ({ in: part, path: issue.path.map(String).join('.'), message: issue.message }))
  throw new Problem('INVALID_REQUEST', { detail: `The ${part} does not match what this operation takes.`, extensions: { errors } })
}

/** The query as an object: a string for each name, an array where it is repeated. */
export function parseQuery(queryString: string): Readonly<Record<string, string | string[]>> {
  if (queryString === '') return NO_QUERY
  const query: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(queryString)) {
    const before = query[name]
    query[name] = before === undefined ? value : [...[before].flat(), value]
  }
  return query
}

/** True for a JSON media type (RFC 6839 section 3.1). */
export const isJson = (type: string) => /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)

function checkMedia({ req }: GatewayExchange): void {
  const type = req.headers['content-type'] ?? ''
  const coding = req.headers['content-encoding'] ?? 'identity'
  if (!isJson(type)) throw new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the body as application/json.' })
  if (coding.toLowerCase() !== 'identity')
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the body without a content coding.' })
}

function unreadable(detail: string, message: string): Problem {
  return new Problem('INVALID_REQUEST', { detail, extensions: { errors: [{ in: 'body', path: '', message }] } })
}

const notJson = () => unreadable('The body is not JSON.', 'not JSON')

/** Parses UTF-8 strictly: bytes that are no UTF-8 would otherwise reach the upstream as other text than was sent. */
function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw notJson()
  const text = bytes.toString('utf8')
  if (isTooDeep(text, MAX_JSON_DEPTH))
    throw unreadable(`The body is nested more than ${MAX_JSON_DEPTH} levels deep.`, `nested deeper than ${MAX_JSON_DEPTH}`)
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text)
  } catch {
    throw notJson()
  }
}

/** Reads the JSON body and hands it to `accept`; without a body, at once. */
function readJson(exchange: GatewayExchange, limit: number, accept: (json: unknown) => void): void | Promise<void> {
  if (!hasBody(exchange.req)) return accept(undefined)
  checkMedia(exchange)
  return exchange.readBody(limit).then((bytes) => accept(parseJson(bytes)))
}

/**
 * The steps that check a route's path parameters, query and JSON body. What the body's schema yields is what goes
 * upstream: defaults filled in, unknown keys dropped unless the schema keeps them.
 */
export function validationSteps(route: ResolvedRoute): RequestStep[] {
  const { params, query, body, mapRequest, bodyLimit } = route
  const steps: RequestStep[] = []
  if (params) steps.push((ctx) => void ((ctx as GatewayExchange).params = parse(params, ctx.params, 'path') as Record<string, unknown>))
  if (query || route.mapRequest || Object.keys(route.mapResponse).length > 0) {
    steps.push((ctx) => {
      const given = parseQuery(ctx.queryString)
      ;(ctx as GatewayExchange).query = query ? (parse(query, given, 'query') as Record<string, unknown>) : given
    })
  }
  if (body || mapRequest) {
    steps.push((ctx) => {
      const exchange = ctx as GatewayExchange
      return readJson(exchange, bodyLimit, (json) => {
        exchange.json = body ? parse(body, json, 'body') : json
        // Without a body, and with a schema that does not ask for one, there is nothing to send; a map writes its own.
        if (exchange.json !== undefined && !mapRequest) exchange.body = JSON.stringify(exchange.json)
      }) as undefined
    })
  }
  return steps
}
