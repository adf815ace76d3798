import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { answerClientError, type RefusalCounter, responseOn } from './client-error.js'
import { closeAfter, isBehindLast } from './last-response.js'

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
    // Large bodies pause less often than with the default of 16 KiB.
    highWaterMark: 262_144,
  })
  // The guard counts the lines itself: Node would drop the surplus without a word.
  server.maxHeadersCount = 0
  server.maxRequestsPerSocket = limits.requestsPerConnection
  const refuseExpectation = (req: IncomingMessage, res: ServerResponse) => {
    handlers.refused(417, 'expectation')
    closeAfter(req, res)
    res.writeHead(417, { 'content-length': 0 }).end()
  }
  server.on('request', (req, res) => isBehindLast(req) || handlers.request(req, res, false))
  server.on('checkExpectation', (req, res) => isBehindLast(req) || refuseExpectation(req, res))
  server.on('checkContinue', (req, res) => {
    if (isBehindLast(req)) return
    // Node takes any value for it in which the word occurs.
    if (req.headers.expect?.toLowerCase() === '100-continue') handlers.request(req, res, true)
    else refuseExpectation(req, res)
  })
  server.on('connect', (_req, socket) => {
    handlers.refused(405, 'method')
    // Behind a request that is under way, this would pass for its answer.
    if (responseOn(socket)) socket.destroy()
    else socket.end('HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })
  server.on('clientError', (error, socket) => answerClientError(error, socket as Socket, handlers))
  return server
}
