import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const CLOSING = Symbol('closing')
type Connection = Socket & { [CLOSING]?: true }

/**
 * Makes a response the last one of its HTTP/1 connection: it says `Connection: close`, and requests that the client has
 * sent behind it are not run (RFC 9112 section 9.6). Over HTTP/2 it does nothing: there streams share a connection.
 */
export function closeAfter(req: IncomingMessage, res: ServerResponse): void {
  if ('stream' in req) return
  res.shouldKeepAlive = false
  ;(req.socket as Connection)[CLOSING] = true
}

/** True for a request that came behind the last one which its connection answers. */
export const isBehindLast = ({ socket }: IncomingMessage): boolean => (socket as Connection)[CLOSING] === true

/** True for the last response that the limit of requests allows: Node announces that the connection ends with it, and leaves it open. */
export const reachesLimit = (res: ServerResponse): boolean =>
  (res as { maxRequestsOnConnectionReached?: boolean }).maxRequestsOnConnectionReached === true
