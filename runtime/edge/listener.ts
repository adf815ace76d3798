import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { socketResponse } from '../websocket/socket-response.js'
import { upgradableMessage } from '../websocket/upgradable-message.js'
import { answerClientError, bareRefusal, type RefusalCounter, responseOn } from './client-error.js'
import { Http2Sessions } from './http2-sessions.js'
import { isBehindLast } from './last-response.js'

/** What the listener hands on. */
export interface ListenerHandlers extends RefusalCounter {
  request(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void
  /** True for a request whose `Upgrade` is to be taken; any other is an ordinary request. */
  upgrades(req: IncomingMessage): boolean
  /** A request whose `Upgrade` is taken; a 101 leaves its socket to the handler. */
  upgrade(req: IncomingMessage, res: ServerResponse): void
}

/** The server for clients, whatever it speaks. */
export interface Listener {
  readonly server: Server
  readonly secure: boolean
  /** Takes a connection that came another way than through the port, its TLS undone. */
  accept(connection: Duplex): void
  /** Makes new connections use another certificate. */
  renew(material: SecureContextOptions): void
  /** Stops listening, and ends each connection after its last response. */
  drain(): void
  /** Ends connections that wait for a request. */
  closeIdle(): void
  /** Cuts every connection. */
  destroy(): void
}

function tune(server: Server, { limits }: GatewaySettings['server'], handlers: ListenerHandlers): void {
  // The guard counts the lines itself: Node would drop the surplus without a word.
  server.maxHeadersCount = 0
  server.maxRequestsPerSocket = limits.requestsPerConnection
  server.on('upgrade', (req, socket, head) => {
    if (isBehindLast(req)) return
    if (head.length > 0) socket.unshift(head)
    handlers.upgrade(req, socketResponse(req, socket as Socket))
  })
  server.on('request', (req, res) => isBehindLast(req) || handlers.request(req, res, false))
  server.on('checkExpectation', (req, res) => isBehindLast(req) || handlers.request(req, res, false))
  server.on('checkContinue', (req, res) => isBehindLast(req) || handlers.request(req, res, true))
  server.on('connect', (_req, socket) => {
    // A client that is gone already must not end the process.
    socket.on('error', () => undefined)
    handlers.refused(405, 'method')
    // Behind a request that is under way, an answer would pass for that request's.
    if (responseOn(socket)) socket.destroy()
    else socket.end(bareRefusal(405, 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n'))
  })
  server.on('clientError', (error, socket) => answerClientError(error, socket, handlers))
}

/** Sends connections that chose `h2` in their handshake to the HTTP/2 side. */
function divert(server: SecureServer, sessions: Http2Sessions): void {
  const [http1] = server.listeners('secureConnection') as [(this: SecureServer, socket: TLSSocket) => void]
  server.off('secureConnection', http1)
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') sessions.accept(socket)
    else http1.call(server, socket)
  })
}

/** A client without a good certificate gets an answer in HTTP, from the routes that want one. */
const clientChecks = ({ ca }: SecureContextOptions) => ({ requestCert: ca !== undefined, rejectUnauthorized: false })

/** An HTTPS server; `tune` and `divert` do the rest. */
function createTlsServer(options: ServerOptions, settings: GatewaySettings['server'], material: SecureContextOptions): SecureServer {
  const server = createSecureServer({
    ...options,
    ...material,
    ...clientChecks(material),
    ALPNProtocols: settings.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    handshakeTimeout: settings.timeouts.headers,
  })
  // A handshake that failed has nobody to answer in HTTP.
  server.removeAllListeners('tlsClientError')
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return server
}

/**
 * Makes the server for clients, tuned for an edge: bounded headers, timeouts and connections, strict parsing.
 * @param material certificate and key; without them it speaks plain HTTP
 */
export function createListener(
  settings: GatewaySettings['server'],
  handlers: ListenerHandlers,
  material: SecureContextOptions | undefined,
): Listener {
  const { limits, timeouts } = settings
  const options: ServerOptions = {
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
  }
  const secure = material && createTlsServer(options, settings, material)
  const server: Server = secure ?? createServer(options)
  tune(server, settings, handlers)
  const sessions = secure && settings.http2 ? new Http2Sessions(settings, handlers) : undefined
  if (secure && sessions) divert(secure, sessions)
  return {
    server,
    secure: secure !== undefined,
    accept: (connection) => void server.emit(secure ? 'secureConnection' : 'connection', connection),
    renew(fresh) {
      secure?.setSecureContext(fresh)
      // Read by Node.js for each new connection; `setSecureContext` leaves it as it was.
      if (secure) Object.assign(secure, clientChecks(fresh))
    },
    drain() {
      server.close()
      server.closeIdleConnections()
      sessions?.drain()
    },
    closeIdle: () => server.closeIdleConnections(),
    destroy() {
      server.closeAllConnections()
      sessions?.destroy()
    },
  }
}
