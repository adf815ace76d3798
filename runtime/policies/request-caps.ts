import { type Exchange, Problem } from '../../sdk/index.js'
import type { RequestCapsSettings } from '../../sdk/policies/request-caps.js'
import { hasBody } from '../forward/collect-body.js'
import { isJson } from '../pipeline/body-step.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { CompilePolicy } from './compiler.js'
import { findExcess, type JsonBounds } from './json-shape.js'

function checkHeaders({ req }: GatewayExchange, { count, size }: NonNullable<RequestCapsSettings['headers']>): void {
  const lines = req.rawHeaders
  if (count !== undefined && lines.length / 2 > count) throw new Problem('HEADERS_TOO_LARGE', { detail: `At most ${count} header lines.` })
  if (size === undefined) return
  let bytes = 0
  for (const text of lines) bytes += text.length
  if (bytes > size) throw new Problem('HEADERS_TOO_LARGE', { detail: `At most ${size} bytes of header.` })
}

function checkBody(exchange: GatewayExchange, bounds: JsonBounds): Promise<void> | undefined {
  const { req, headers, route } = exchange
  if (!hasBody(req) || !isJson(String(headers['content-type'] ?? ''))) return undefined
  if (String(headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send the body without a content coding.' })
  return exchange.readBody(route?.bodyLimit ?? 0).then((bytes) => {
    const excess = findExcess(bytes, bounds)
    if (excess) throw new Problem('BODY_TOO_COMPLEX', { detail: `The body has ${excess}.` })
  })
}

/** Compiles `requestCaps`. */
export const compileRequestCaps: CompilePolicy<'request-caps'> = ({ headers, json }) => ({
  request(given: Exchange) {
    const exchange = given as GatewayExchange
    if (headers) checkHeaders(exchange, headers)
    return json ? checkBody(exchange, json) : undefined
  },
})
