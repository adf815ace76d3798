import { METHODS } from 'node:http'
import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { Http2Request } from './http2-request.js'
import { Http2Response } from './http2-response.js'
import type { ListenerHandlers } from './listener.js'
import type { RefusalReason } from './refusal.js'
import { refusalBody } from './refusal-body.js'
import { setResting } from './resting.js'

/** What a connection may hold of uploads that nobody has read yet; a stream has HTTP/2's own 64 KiB. */
const CONNECTION_WINDOW = 1_048_576

/** What a connection that was told to end has to do so; milliseconds. */
const LINGER_MS = 1_000

/** Pseudo-header lines of a request (RFC 9113 section 8.3.1). */
const PSEUDO_LINES = 4

/** A greater id than any stream has: "no new ones soon", without a word on those under way (RFC 9113 section 6.8). */
const ANY_STREAM = 2 ** 31 - 1

/** What HTTP/1.1's parser knows, and QUERY (RFC 10008), which some releases of it lack. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([...METHODS, 'QUERY'])

/** What is announced as the limit of a header list binds nobody; nghttp2 only cuts at 64 KiB. */
function headerBytes(lines: readonly string[]): number {
  let bytes = 0
  for (const text of lines) bytes += text.length
  return bytes
}

/** The HTTP/2 side of the client listener: connections whose handshake chose `h2`, within bounds. */
export class Http2Sessions {
  readonly #server: Http2Server
  readonly #settings: GatewaySettings['server']
  readonly #open = new Set<ServerHttp2Session>()
  #draining = false

  constructor(settings: GatewaySettings['server'], handlers: ListenerHandlers) {
    this.#settings = settings
    this.#server = createBoundedServer(settings)
    const refuse = (res: Http2ServerResponse, status: number, reason: RefusalReason) => {
      handlers.refused(status, reason)
      const body = refusalBody(status)
      res.writeHead(status, { 'content-type': 'application/problem+json', 'content-length': body.length }).end(body)
    }
    const maxHeaderBytes = settings.limits.headers + settings.limits.uri
    const pass = (expectsContinue: boolean) => (req: Http2ServerRequest, res: Http2ServerResponse) => {
      if (!KNOWN_METHODS.has(req.method)) refuse(res, 501, 'method')
      else if (headerBytes(req.rawHeaders) > maxHeaderBytes) refuse(res, 431, 'header-size')
      else handlers.request(req as never, res as never, expectsContinue)
    }
    this.#server.on('request', pass(false))
    this.#server.on('checkContinue', pass(true))
    this.#server.on('checkExpectation', (_req, res) => refuse(res, 417, 'expectation'))
    this.#server.on('connect', (_req, res) => refuse(res, 405, 'method'))
  }

  /** Takes a connection over after its handshake. */
  accept(socket: TLSSocket): void {
    this.#server.once('session', (session) => this.#watch(session, socket))
    this.#server.emit('connection', socket)
  }

  /** Says on each connection that it takes no more requests; those under way, and those that crossed with the word, are answered. */
  drain(): void {
    this.#draining = true
    for (const session of this.#open) announceEnd(session)
  }

  /** Cuts every connection. */
  destroy(): void {
    for (const session of this.#open) session.destroy()
  }

  #watch(session: ServerHttp2Session, socket: TLSSocket): void {
    const { limits, timeouts } = this.#settings
    const cut = () => {
      session.destroy()
      // A peer that neither reads nor closes would keep the socket.
      setTimeout(() => socket.destroy(), LINGER_MS).unref()
    }
    let open = 0
    let served = 0
    // A connection counts as idle while it has no stream, whatever other frames come. A header block that never ends opens none.
    let idle = setTimeout(cut, timeouts.headers).unref()
    setResting(socket, true)
    this.#open.add(session)
    session.setLocalWindowSize(CONNECTION_WINDOW)
    session.on('stream', (stream) => {
      clearTimeout(idle)
      setResting(socket, false)
      open++
      if (++served === limits.requestsPerConnection) session.close()
      limitUpload(stream, timeouts.request)
      stream.once('close', () => {
        if (--open > 0 || socket.destroyed) return
        setResting(socket, true)
        idle = setTimeout(cut, timeouts.keepAlive).unref()
      })
    })
    session.once('close', () => {
      clearTimeout(idle)
      this.#open.delete(session)
    })
    if (this.#draining) session.close()
  }
}

/** Node and nghttp2 hold these bounds; resets over 1,000 at once or 33 a second, and long CONTINUATION runs, end a connection by default. */
function createBoundedServer({ limits }: GatewaySettings['server']): Http2Server {
  return createServer({
    settings: { maxConcurrentStreams: limits.streams, maxHeaderListSize: limits.headers + limits.uri, enablePush: false },
    maxHeaderListPairs: limits.headerCount + PSEUDO_LINES,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    maxOutstandingPings: 10,
    maxSettings: 32,
    Http2ServerRequest: Http2Request as never,
    Http2ServerResponse: Http2Response as never,
  })
}

/** Cuts a request whose body takes too long, as Node does on HTTP/1.1. */
function limitUpload(stream: ServerHttp2Stream, withinMs: number): void {
  if (stream.endAfterHeaders) return
  const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), withinMs).unref()
  const over = () => clearTimeout(late)
  stream.once('end', over)
  stream.once('close', over)
}

/** A graceful end in two steps: what the client sent before it knew is still served, as the answer to the ping shows. */
function announceEnd(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return
  session.goaway(constants.NGHTTP2_NO_ERROR, ANY_STREAM)
  session.ping(() => session.close())
}
