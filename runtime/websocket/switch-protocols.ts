import { type RawHeaders, type ResponseHeaderSettings, responseHeaders } from '../forward/response-headers.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'

/** True for the lines of a 101 that would announce a body. */
const isLength = (name: string) => name.length === 14 && name.toLowerCase() === 'content-length'

/**
 * Sends the client the upstream's 101, edited like any response, and frees the client's socket for what follows.
 * @throws whatever a response step threw, with nothing sent
 */
export function switchProtocols(exchange: GatewayExchange, route: CompiledRoute, raw: RawHeaders, settings: ResponseHeaderSettings): void {
  const { req, res } = exchange
  route.runResponseSteps(exchange, 101)
  const lines = responseHeaders(exchange, raw, settings, false)
  const headers = lines.filter((_, index) => !isLength(lines[index - (index % 2)] as string))
  res.writeHead(101, [...headers, 'connection', 'Upgrade', 'upgrade', 'websocket'] as never)
  res.end()
  res.detachSocket(req.socket)
}
