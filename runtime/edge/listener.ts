import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { socketResponse } from '../websocket/socket-response.js'
import { upgradableMessage } from '../websocket/upgradable-message.js'

/** What the listener hands on. */
export interface ListenerHandlers {
  request(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void
  /** True for a request whose `Upgrade` is to be taken; any other is an ordinary request. */
  upgrades(req: IncomingMessage): boolean
  /** A request whose `Upgrade` is taken; a 101 leaves its socket to the handler. */
  upgrade(req: IncomingMessage, res: ServerResponse): void
  /** A request that the parser refused; for the metrics. */
  refused(status: number): void
}

const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Answers a request that could not be parsed, and closes: what follows on the connection cannot be trusted. */
function answerClientError(error: Error & { code?: string }, socket: Socket, refused: (status: number) => void): void {
  const busy = (socket as { _httpMessage?: { headersSent?: boolean } })._httpMessage
  if (!socket.writable || error.code === 'ECONNRESET' || busy?.headersSent) {
    socket.destroy(error)
    return
  }
  const status = STATUS_OF[error.code ?? ''] ?? 400
  refused(status)
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** Makes the HTTP server for clients, tuned for an edge: bounded headers, timeouts and connections, strict parsing. */
export function createListener({ limits, timeouts }: GatewaySettings['server'], handlers: ListenerHandlers): Server {
  const server = createServer({
    IncomingMessage: upgradableMessage((req) => handlers.upgrades(req)),
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
  server.on('request', (req, res) => handlers.request(req, res, false))
  server.on('checkContinue', (req, res) => handlers.request(req, res, true))
  server.on('upgrade', (req, socket, head) => {
    if (head.length > 0) socket.unshift(head)
    handlers.upgrade(req, socketResponse(req, socket as Socket))
  })
  server.on('checkExpectation', (_req, res) => {
    handlers.refused(417)
    res.writeHead(417, { 'content-length': 0, connection: 'close' }).end()
  })
  server.on('connect', (_req, socket) => socket.end('HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'))
  server.on('clientError', (error, socket) => answerClientError(error, socket as Socket, handlers.refused))
  return server
}
