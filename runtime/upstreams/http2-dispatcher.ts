import { type ClientHttp2Session, connect } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type * as undici from 'undici'
import { type Http2CallOptions, sendHttp2Call } from './http2-call.js'
import { Dispatcher, errors } from './undici.js'

/** What one stream may send ahead of its reader, and all of a connection's; the second lets no slow reader hold up the others. */
const STREAM_WINDOW = 262_144
const CONNECTION_WINDOW = 128 * STREAM_WINDOW
/** An idle connection is closed after this time; milliseconds. */
const IDLE_MS = 60_000
/** How long a connection has to answer a ping after a call on it was given up; milliseconds. */
const PING_MS = 5_000
/** How long a target that chose HTTP/1.1 is taken at its word; milliseconds. */
const ASK_AGAIN_MS = 60_000

interface Connection {
  readonly session: ClientHttp2Session
  streams: number
  pinged: boolean
}

interface Waiting {
  readonly options: Http2CallOptions
  readonly handler: undici.Dispatcher.DispatchHandler
}

/** What a dispatcher is made of. */
export interface Http2DispatcherOptions {
  readonly origin: URL
  readonly connector: undici.buildConnector.connector
  /** Most connections. */
  readonly connections: number
  /** Takes the requests while the target chooses HTTP/1.1. */
  readonly fallback: undici.Dispatcher
}

/**
 * Sends requests to one target over HTTP/2 (RFC 9113), many at a time on a connection, or over HTTP/1.1 where the target
 * chooses that in the handshake. After a GOAWAY a connection takes no new requests and those under way end in peace.
 */
export class Http2Dispatcher extends Dispatcher {
  readonly #options: Http2DispatcherOptions
  readonly #connections = new Set<Connection>()
  #waiting: Waiting[] = []
  #connecting = false
  /** Told when a connection was opened or failed, and those who waited for it are under way. */
  #settled = () => {}
  #http1Until = 0
  #over = false

  constructor(options: Http2DispatcherOptions) {
    super()
    this.#options = options
  }

  override dispatch(options: undici.Dispatcher.DispatchOptions, handler: undici.Dispatcher.DispatchHandler): boolean {
    if (performance.now() < this.#http1Until) return this.#options.fallback.dispatch(options, handler)
    const call = { options: options as unknown as Http2CallOptions, handler }
    if (this.#over) {
      handler.onError?.(new errors.ClientClosedError())
      return false
    }
    const connection = this.#pick()
    if (connection) this.#send(connection, call)
    else this.#wait(call)
    return true
  }

  /** One with a free stream; the least busy one if there may be no more of them. */
  #pick(): Connection | undefined {
    let best: Connection | undefined
    for (const connection of this.#connections) {
      const { session } = connection
      if (!session.closed && !session.destroyed && (!best || connection.streams < best.streams)) best = connection
    }
    const full = best && best.streams >= (best.session.remoteSettings.maxConcurrentStreams ?? 100)
    return full && this.#connections.size < this.#options.connections ? undefined : best
  }

  #send(connection: Connection, { options, handler }: Waiting): void {
    try {
      const stream = sendHttp2Call(connection.session, options, handler, () => this.#checkAlive(connection))
      if (connection.streams++ === 0) connection.session.ref()
      stream.once('close', () => {
        if (--connection.streams > 0) return
        if (this.#over) connection.session.close()
        else if (!connection.session.destroyed) connection.session.unref()
      })
    } catch (error) {
      handler.onError?.(error as Error)
    }
  }

  #wait(call: Waiting): void {
    this.#waiting.push(call)
    if (this.#connecting) return
    this.#connecting = true
    const { host, protocol, port } = this.#options.origin
    const hostname = this.#options.origin.hostname.replace(/^\[|\]$/g, '')
    this.#options.connector({ hostname, host, protocol, port }, (error, socket) => {
      this.#connecting = false
      const waiting = this.#waiting
      this.#waiting = []
      if (error) for (const { handler } of waiting) handler.onError?.(error)
      else this.#connected(socket as TLSSocket, waiting)
      this.#settled()
    })
  }

  #connected(socket: TLSSocket, waiting: readonly Waiting[]): void {
    if (this.#over) socket.destroy()
    else if (socket.alpnProtocol === 'h2') this.#open(socket)
    else {
      socket.destroy()
      this.#http1Until = performance.now() + ASK_AGAIN_MS
    }
    for (const { options, handler } of waiting) this.dispatch(options as never, handler)
  }

  #open(socket: TLSSocket): void {
    const settings = { enablePush: false, initialWindowSize: STREAM_WINDOW }
    const session = connect(this.#options.origin, { createConnection: () => socket, settings, maxSessionMemory: 64 })
    const connection: Connection = { session, streams: 0, pinged: false }
    this.#connections.add(connection)
    session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW))
    // Its streams tell their calls; the connection itself has nobody to tell.
    session.on('error', () => undefined)
    // After an alert, such as TLS 1.3 sends late for want of a certificate, Node leaves the socket open and the session waits for it.
    socket.once('error', () => socket.destroy())
    session.once('close', () => this.#connections.delete(connection))
    session.setTimeout(IDLE_MS, () => {
      if (connection.streams === 0) session.close()
    })
  }

  /** A connection whose peer is gone without a word would let every later call run into its timeout. */
  #checkAlive(connection: Connection): void {
    const { session } = connection
    if (connection.pinged || session.closed || session.destroyed) return
    connection.pinged = true
    const dead = setTimeout(() => session.destroy(), PING_MS).unref()
    session.ping(() => {
      clearTimeout(dead)
      connection.pinged = false
    })
  }

  /** Lets requests under way end; none may come after. */
  override close(): Promise<void>
  override close(callback: () => void): void
  override close(callback?: () => void): Promise<void> | undefined {
    const done = this.#close().then(() => callback?.())
    return callback ? undefined : done
  }

  async #close(): Promise<void> {
    // Requests that wait for a connection are under way too.
    while (this.#connecting)
      await new Promise<void>((resolve) => {
        this.#settled = resolve
      })
    this.#over = true
    const sessions = [...this.#connections].map(
      ({ session, streams }) =>
        new Promise<void>((resolve) => {
          session.once('close', resolve)
          // After its last request: those that are not on the wire yet would be dropped.
          if (streams === 0) session.close()
        }),
    )
    await Promise.all([...sessions, this.#options.fallback.close()])
  }

  override destroy(...args: unknown[]): Promise<void> {
    this.#over = true
    for (const { session } of this.#connections) session.destroy()
    const callback = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
    return this.#options.fallback.destroy().then(() => callback?.())
  }
}
