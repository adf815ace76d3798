import { z } from 'zod'
import { Problem, type RequestStep, type Schema } from '../../sdk/index.js'
import { keysAt } from '../../sdk/resolve/keys-at.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { hasBody } from '../forward/collect-body.js'
import type { GatewayExchange } from './exchange.js'
import { parseCookies } from './parse-cookies.js'
import { parseJson } from './parse-json.js'

const NO_QUERY: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

type Part = 'path' | 'query' | 'header' | 'cookie' | 'body'

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

const isJson = (type: string) => /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)

function checkMedia({ req }: GatewayExchange): void {
  const type = req.headers['content-type'] ?? ''
  const coding = req.headers['content-encoding'] ?? 'identity'
  if (!isJson(type)) throw new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the body as application/json.' })
  if (coding.toLowerCase() !== 'identity')
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the body without a content coding.' })
}

/** Reads the JSON body and hands it to `accept`; without a body, at once. */
function readJson(exchange: GatewayExchange, { bodyLimit, json }: ResolvedRoute, accept: (json: unknown) => void): void | Promise<void> {
  if (!hasBody(exchange.req)) return accept(undefined)
  checkMedia(exchange)
  return exchange.readBody(bodyLimit).then((bytes) => accept(parseJson(bytes, json)))
}

/** Refuses query parameters that neither the route's schema nor its `match` names. */
function refuseUnknown({ query, match }: ResolvedRoute): RequestStep {
  const conditions = (match?.conditions ?? []).filter(({ source }) => source === 'query')
  const known = new Set([...(query ? keysAt(query, []) : []), ...conditions.map(({ name }) => name)])
  return ({ queryString }) => {
    const unknown = Object.keys(parseQuery(queryString)).filter((name) => !known.has(name))
    if (unknown.length === 0) return
    const errors = unknown.map((name) => ({ in: 'query', path: name, message: 'unknown parameter' }))
    throw new Problem('INVALID_REQUEST', { detail: 'The query has a parameter that this operation does not take.', extensions: { errors } })
  }
}

/** The steps that check everything before the body. */
function headSteps(route: ResolvedRoute): RequestStep[] {
  const { params, query, headers, cookies } = route
  const steps: RequestStep[] = []
  if (params) steps.push((ctx) => void ((ctx as GatewayExchange).params = parse(params, ctx.params, 'path') as Record<string, unknown>))
  if (route.strictQuery) steps.push(refuseUnknown(route))
  if (query || route.mapRequest || Object.keys(route.mapResponse).length > 0) {
    steps.push((ctx) => {
      const given = parseQuery(ctx.queryString)
      ;(ctx as GatewayExchange).query = query ? (parse(query, given, 'query') as Record<string, unknown>) : given
    })
  }
  if (headers)
    steps.push((ctx) => {
      // Policies read headers that the schema does not name, so that these stay beside what it yields.
      const parsed = parse(headers, ctx.headers, 'header') as object
      ;(ctx as GatewayExchange).parsedHeaders = { ...ctx.headers, ...parsed } as Record<string, never>
    })
  if (cookies)
    steps.push((ctx) => {
      const exchange = ctx as GatewayExchange
      exchange.parsedCookies = parse(cookies, parseCookies(exchange.req.headers.cookie), 'cookie') as Record<string, unknown>
    })
  return steps
}

/**
 * The steps that check a route's path parameters, query, headers, cookies and JSON body. What the body's schema yields is
 * what goes upstream: defaults filled in, unknown keys dropped unless the schema keeps them. The rest goes on as received.
 */
export function validationSteps(route: ResolvedRoute): RequestStep[] {
  const { body, mapRequest } = route
  const steps = headSteps(route)
  if (body || mapRequest) {
    steps.push((ctx) => {
      const exchange = ctx as GatewayExchange
      return readJson(exchange, route, (json) => {
        exchange.json = body ? parse(body, json, 'body') : json
        // Without a body, and with a schema that does not ask for one, there is nothing to send; a map writes its own.
        if (exchange.json !== undefined && !mapRequest) exchange.body = JSON.stringify(exchange.json)
      }) as undefined
    })
  }
  return steps
}
