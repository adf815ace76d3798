import { listFieldsOf } from '../../sdk/body-media.js'
import { Problem, type RequestStep } from '../../sdk/index.js'
import { keysAt } from '../../sdk/resolve/keys-at.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { RequestTarget } from '../convert/convert-request.js'
import type { Converters } from '../convert/load-converters.js'
import { bodyStep } from './body-step.js'
import type { GatewayExchange } from './exchange.js'
import { parseCookies } from './parse-cookies.js'
import { parsePart } from './parse-part.js'

const NO_QUERY: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

const NO_LISTS: ReadonlySet<string> = new Set()

/** The query as an object: a string for each name, an array where it is repeated or is one of `lists`. */
export function parseQuery(queryString: string, lists = NO_LISTS): Readonly<Record<string, string | string[]>> {
  if (queryString === '') return NO_QUERY
  const query: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(queryString)) {
    const before = query[name]
    if (before === undefined) query[name] = lists.has(name) ? [value] : value
    else query[name] = [...[before].flat(), value]
  }
  return query
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
  if (params) steps.push((ctx) => void ((ctx as GatewayExchange).params = parsePart(params, ctx.params, 'path') as Record<string, unknown>))
  if (route.strictQuery) steps.push(refuseUnknown(route))
  if (query || route.compose || route.mapRequest || Object.keys(route.mapResponse).length > 0) {
    const lists = query ? listFieldsOf(query) : NO_LISTS
    steps.push((ctx) => {
      const given = parseQuery(ctx.queryString, lists)
      ;(ctx as GatewayExchange).query = query ? (parsePart(query, given, 'query') as Record<string, unknown>) : given
    })
  }
  if (headers)
    steps.push((ctx) => {
      // Policies read headers that the schema does not name, so that these stay beside what it yields.
      const parsed = parsePart(headers, ctx.headers, 'header') as object
      ;(ctx as GatewayExchange).parsedHeaders = { ...ctx.headers, ...parsed } as Record<string, never>
    })
  if (cookies)
    steps.push((ctx) => {
      const exchange = ctx as GatewayExchange
      exchange.parsedCookies = parsePart(cookies, parseCookies(exchange.req.headers.cookie), 'cookie') as Record<string, unknown>
    })
  return steps
}

/**
 * The steps that check a route's path parameters, query, headers, cookies and body. What the body's schema yields is
 * what goes upstream; the rest goes on as received.
 */
export function validationSteps(route: ResolvedRoute, converters: Converters, target: RequestTarget | undefined): RequestStep[] {
  const body = bodyStep(route, converters, target)
  return body ? [...headSteps(route), body] : headSteps(route)
}
