import { Problem } from '../../sdk/index.js'
import { type RawHeaders, type ResponseHeaderSettings, responseHeaders } from '../forward/response-headers.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { isAcceptance } from './handshake.js'

/** True for the lines of a 101 that would announce a body. */
const isLength = (name: string) => name.length === 14 && name.toLowerCase() === 'content-length'

/**
 * Sends the client the upstream's 101, edited like any response, and frees the client's socket for what follows.
 * @throws Problem if the upstream's 101 is no answer to the client's handshake, or what a response step threw
 */
export function switchProtocols(exchange: GatewayExchange, route: CompiledRoute, raw: RawHeaders, settings: ResponseHeaderSettings): void {
  const { req, res } = exchange
  if (!isAcceptance(req, raw))
    throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream’s 101 is no answer to this WebSocket handshake.' })
  route.runResponseSteps(exchange, 101)
  const lines = responseHeaders(exchange, raw, settings, false)
  const headers = lines.filter((_, index) => !isLength(lines[index - (index % 2)] as string))
  res.writeHead(101, [...headers, 'connection', 'Upgrade', 'upgrade', 'websocket'] as never)
  res.end()
  res.detachSocket(req.socket)
}
