import type { Exchange, Reply } from '../../sdk/index.js'
import type { CorsSettings } from '../../sdk/policies/cors.js'
import { headerName } from '../../sdk/schemas/text.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { CompilePolicy } from './compiler.js'

const PREFLIGHT_VARY = ['vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'] as const

/** What only the gateway may say; an upstream's own answer would contradict it. */
const NOT_ON_RESPONSES = ['access-control-allow-methods', 'access-control-allow-headers', 'access-control-max-age'] as const

function headerText(exchange: Exchange, name: string): string | undefined {
  const value = exchange.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The names in a comma-separated list that are header names; anything else is left out. */
function namesIn(list: string): string {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => headerName.safeParse(name).success)
    .join(', ')
}

/** Tells the value of `Access-Control-Allow-Origin` for an exchange, or undefined where its origin may not read. */
function compileAllow({ origins }: CorsSettings): (exchange: Exchange) => string | undefined {
  if (origins === '*') return () => '*'
  const allowed = new Set(origins)
  return (exchange) => {
    const origin = headerText(exchange, 'origin')
    return origin !== undefined && allowed.has(origin) ? origin : undefined
  }
}

function compilePreflight(settings: CorsSettings, allow: (exchange: Exchange) => string | undefined) {
  const refused: Reply = { status: 204, headers: PREFLIGHT_VARY }
  const maxAge = String(Math.floor(settings.maxAge / 1_000))
  const credentials = settings.credentials ? ['access-control-allow-credentials', 'true'] : []
  const requestHeaders = settings.requestHeaders?.join(', ')
  return (exchange: GatewayExchange): Reply => {
    const origin = allow(exchange)
    if (origin === undefined) return refused
    // A route for any method takes the one that is asked for; `*` itself would be a method name beside credentials.
    const methods = exchange.allowedMethods.includes('*')
      ? namesIn(headerText(exchange, 'access-control-request-method') ?? '')
      : exchange.allowedMethods.join(', ')
    const names = requestHeaders ?? namesIn(headerText(exchange, 'access-control-request-headers') ?? '')
    return {
      status: 204,
      headers: [
        'access-control-allow-origin',
        origin,
        ...credentials,
        ...(methods === '' ? [] : ['access-control-allow-methods', methods]),
        ...(names === '' ? [] : ['access-control-allow-headers', names]),
        'access-control-max-age',
        maxAge,
        ...PREFLIGHT_VARY,
      ],
    }
  }
}

/**
 * Answers preflights and marks responses, to the CORS protocol of the Fetch standard. An origin that is not allowed
 * gets its response without any CORS header, which is how browsers learn that its scripts may not read it.
 */
export const compileCors: CompilePolicy<'cors'> = (settings) => {
  const allow = compileAllow(settings)
  const preflight = compilePreflight(settings, allow)
  const { credentials } = settings
  const exposed = settings.exposeHeaders.join(', ')
  return {
    // Every exchange of this runtime is a GatewayExchange; only preflights read the methods of the route table.
    request: (exchange) => (exchange.preflight ? preflight(exchange as GatewayExchange) : undefined),
    response(exchange) {
      if (exchange.preflight) return
      const origin = allow(exchange)
      const set = (name: string, value: string | undefined) => {
        if (origin === undefined || value === undefined) exchange.removeResponseHeader(name)
        else exchange.setResponseHeader(name, value)
      }
      set('access-control-allow-origin', origin)
      set('access-control-allow-credentials', credentials ? 'true' : undefined)
      set('access-control-expose-headers', exposed === '' ? undefined : exposed)
      for (const name of NOT_ON_RESPONSES) exchange.removeResponseHeader(name)
      exchange.addResponseHeader('vary', 'Origin')
    },
  }
}
