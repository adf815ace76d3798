import type { CacheSettings } from '../../sdk/policies/cache.js'
import { OUTER_REQUEST } from '../forward/header-rules.js'
import { sentHeader } from '../forward/sent-header.js'
import type { GatewayExchange } from '../pipeline/exchange.js'

/** A part with its length before it, so that no two parts run together. */
const part = (text: string) => `${text.length}:${text}`

const joined = (value: string | string[] | undefined) => (value === undefined ? '' : typeof value === 'string' ? value : value.join(', '))

/** What reaches the upstream beside route, host, path and query. */
function textOfRequest({ req: { headers }, requestEdits }: GatewayExchange, withEdits: boolean): string {
  let text = ''
  for (const name of OUTER_REQUEST) if (headers[name] !== undefined) text += part(name) + part(joined(headers[name]))
  if (withEdits) for (const { name, value } of requestEdits ?? []) text += part(name) + part(value ?? '')
  return text
}

/** What tells a caller apart; undefined if a part of it is not known. */
function textOfCaller(keys: CacheSettings['key'], exchange: GatewayExchange): string | undefined {
  let text = ''
  for (const key of keys) {
    const value: unknown = key.read(exchange as never)
    if (value === undefined || value === null) return undefined
    text += `=${part(String(value))}`
  }
  return text
}

/**
 * Compiles the key of a request's stored responses: the route, all that reaches the upstream whatever the response varies by – host, path, query,
 * what proxies say of the outer request, the gateway's own header edits – and what tells callers apart. GET and HEAD share one.
 * Undefined for a caller of whom a part of the key is not known.
 */
export function compileCacheKey(settings: CacheSettings, identity: string): (exchange: GatewayExchange) => string | undefined {
  const { key: keys, public: shared } = settings
  return (exchange) => {
    const caller = textOfCaller(keys, exchange)
    if (caller === undefined) return undefined
    const { routeId, req, path, upstreamQuery, queryString, route } = exchange
    // A transform may read what the caller sent, whatever goes upstream.
    const query = part(upstreamQuery) + (route?.mapResponse ? part(queryString) : '')
    const place = `${part(identity)}${part(routeId)}${part(joined(req.headers.host).toLowerCase())}${part(path)}${query}`
    return `cache\0${place}${textOfRequest(exchange, !shared)}${caller}`
  }
}

/** The key of one variant (RFC 9111 section 4.1). Spaces around commas mean nothing. */
export function variantKey(key: string, vary: readonly string[], exchange: GatewayExchange): string {
  let text = `${key}\n`
  for (const name of vary) {
    const value = sentHeader(exchange, name)
    text += value === undefined ? '-' : part(value.trim().replace(/\s*,\s*/g, ','))
  }
  return text
}

/** The parameters of a raw query whose decoded names are listed, as they came and in their order. */
export function keepParameters(queryString: string, names: ReadonlySet<string>): string {
  if (queryString === '') return ''
  return queryString
    .split('&')
    .filter((pair) => names.has(decoded(pair.split('=', 1)[0] as string)))
    .join('&')
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}
