import type { TLSSocket } from 'node:tls'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { CoveredComponent, SentSignature } from './signature-input.js'

const isSecure = ({ req }: GatewayExchange) => (req.socket as TLSSocket).encrypted === true

/** The authority without the scheme's default port, in lower case (RFC 9421 section 2.2.3). */
function authorityOf(exchange: GatewayExchange): string {
  const host = (exchange.req.headers.host ?? '').toLowerCase()
  return host.replace(isSecure(exchange) ? /:443$/ : /:80$/, '')
}

const schemeOf = (exchange: GatewayExchange) => (isSecure(exchange) ? 'https' : 'http')
const targetOf = ({ path, queryString }: GatewayExchange) => (queryString === '' ? path : `${path}?${queryString}`)

const DERIVED: Readonly<Record<string, (exchange: GatewayExchange) => string | undefined>> = {
  '@method': ({ method }) => method,
  '@authority': authorityOf,
  '@scheme': schemeOf,
  '@target-uri': (exchange) => `${schemeOf(exchange)}://${authorityOf(exchange)}${targetOf(exchange)}`,
  '@request-target': ({ req }) => req.url,
  '@path': ({ path }) => path,
  '@query': ({ queryString }) => `?${queryString}`,
}

/** What `encodeURIComponent` leaves and RFC 9421 section 2.2.8 does not. */
const strict = (text: string) => encodeURIComponent(text).replace(/[!'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** The value of a query parameter; one that is there twice cannot be covered. */
function queryParameter({ queryString }: GatewayExchange, name: string): string | undefined {
  const values = [...new URLSearchParams(queryString)].filter(([key]) => strict(key) === name)
  return values.length === 1 ? strict((values[0] as [string, string])[1]) : undefined
}

/** All lines of a field, trimmed and joined (RFC 9421 section 2.1); Node.js would keep only the first of some. */
function fieldOf({ req: { rawHeaders } }: GatewayExchange, name: string): string | undefined {
  const lines: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2)
    if ((rawHeaders[index] as string).toLowerCase() === name) lines.push((rawHeaders[index + 1] as string).trim())
  return lines.length === 0 ? undefined : lines.join(', ')
}

function componentValue(exchange: GatewayExchange, { name, parameter }: CoveredComponent): string | undefined {
  if (parameter !== undefined) return queryParameter(exchange, parameter)
  return name.startsWith('@') ? DERIVED[name]?.(exchange) : fieldOf(exchange, name)
}

/** The text that was signed (RFC 9421 section 2.5); undefined if the request lacks something that it covers. */
export function signatureBase(exchange: GatewayExchange, { components, params }: SentSignature): string | undefined {
  let base = ''
  for (const component of components) {
    const value = componentValue(exchange, component)
    if (value === undefined) return undefined
    base += `${component.identifier}: ${value}\n`
  }
  return `${base}"@signature-params": ${params}`
}
