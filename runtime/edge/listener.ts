import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { closeAfter, isBehindLast } from './last-response.js'

/** What the listener hands on. */
export interface ListenerHandlers {
  request(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void
  /** A request that the parser refused; for the metrics. */
  refused(status: number): void
}

const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** A problem for a request that never became an exchange; closes the connection. */
function bareProblem(status: number, lines = ''): string {
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status })
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}Content-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
}

/** The response that a connection is at. */
const responseOn = (socket: object) => (socket as { _httpMessage?: ServerResponse & { req: IncomingMessage } })._httpMessage

/** Answers a request that could not be parsed, and closes: what follows on the connection cannot be trusted. */
function answerClientError(error: Error & { code?: string }, socket: Socket, refused: (status: number) => void): void {
  const current = responseOn(socket)
  if (!socket.writable || error.code === 'ECONNRESET' || current?.headersSent) {
    socket.destroy(error)
    return
  }
  if (current?.req.complete) {
    // The fault lies behind a whole request, which must get its own answer.
    closeAfter(current.req, current)
    return
  }
  const status = STATUS_OF[error.code ?? ''] ?? 400
  refused(status)
  socket.end(bareProblem(status))
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
  server.maxConnections = limits.connections
  server.maxRequestsPerSocket = limits.requestsPerConnection
  server.on('request', (req, res) => isBehindLast(req) || handlers.request(req, res, false))
  server.on('checkExpectation', (req, res) => isBehindLast(req) || handlers.request(req, res, false))
  server.on('checkContinue', (req, res) => isBehindLast(req) || handlers.request(req, res, true))
  server.on('connect', (_req, socket) => {
    // A client that is gone already must not end the process.
    socket.on('error', () => undefined)
    // Behind a request that is under way, an answer would pass for that request's.
    if (responseOn(socket)) socket.destroy()
    else {
      handlers.refused(405)
      socket.end(bareProblem(405, 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n'))
    }
  })
  server.on('clientError', (error, socket) => answerClientError(error, socket as Socket, handlers.refused))
  return server
}
