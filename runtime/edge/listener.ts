import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { answerClientError, type RefusalCounter } from './client-error.js'

/** What the listener hands on. */
export interface ListenerHandlers extends RefusalCounter {
  request(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void
}

/** Makes the HTTP server for clients, tuned for an edge: bounded headers, timeouts and connections, strict parsing. */
export function createListener({ limits, timeouts }: GatewaySettings['server'], handlers: ListenerHandlers): Server {
  const server = createServer({
    maxHeaderSize: limits.headers + limits.uri,
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: 1_000,
    requireHostHeader: false,
    joinDuplicateHeaders: false,
    insecureHTTPParser: false,
    noDelay: true,
  })
  // The guard counts the lines itself: Node would drop the surplus without a word.
  server.maxHeadersCount = 0
  server.maxRequestsPerSocket = limits.requestsPerConnection
  server.on('request', (req, res) => handlers.request(req, res, false))
  server.on('checkContinue', (req, res) => handlers.request(req, res, true))
  server.on('checkExpectation', (_req, res) => {
    handlers.refused(417, 'expectation')
    res.writeHead(417, { 'content-length': 0, connection: 'close' }).end()
  })
  server.on('connect', (_req, socket) => {
    handlers.refused(405, 'method')
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })
  server.on('clientError', (error, socket) => answerClientError(error, socket as Socket, handlers))
  return server
}
