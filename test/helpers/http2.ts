import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import type { GatewayOptions, RouteTree } from 'gatewright'
import type { GatewayRunOptions, RunningGateway } from 'gatewright/runtime'
import { startGateway } from './start-gateway.js'

/** Path of a file among the test certificates, which are valid until 2126. */
export const tlsFile = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url))
export const tlsText = (name: string) => readFileSync(tlsFile(name), 'utf8')
export const CA = tlsText('ca.pem')
export const TLS = { certFile: tlsFile('localhost.cert.pem'), keyFile: tlsFile('localhost.key.pem') }

/** Starts a gateway that speaks HTTP/2. */
export function startHttp2Gateway(
  t: ExecutionContext,
  routes: RouteTree,
  options: Partial<GatewayOptions> = {},
  run: GatewayRunOptions = {},
): Promise<RunningGateway> {
  return startGateway(t, routes, { ...options, server: { tls: TLS, http2: true, ...options.server } }, run)
}

/** A client connection over HTTP/2; cut with the test. */
export async function openSession(t: ExecutionContext, url: string): Promise<ClientHttp2Session> {
  const session = connect(url, { ca: CA })
  session.on('error', () => undefined)
  t.teardown(() => session.destroy())
  await once(session, 'connect')
  return session
}

/** What a client got over HTTP/2. */
export interface Http2Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Flat, as sent. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** The code of the RESET_STREAM that ended it; 0 for none. */
  readonly reset: number
}

/** One request; resolves when its stream is closed, however it ends. */
export async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string | Uint8Array): Promise<Http2Answer> {
  const stream = session.request(headers, { endStream: body === undefined })
  const chunks: Buffer[] = []
  let got: { headers: IncomingHttpHeaders; rawHeaders: string[] } = { headers: {}, rawHeaders: [] }
  stream.on('response', (received, _flags, rawHeaders?: string[]) => {
    got = { headers: received, rawHeaders: rawHeaders ?? [] }
  })
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('error', () => undefined)
  if (body !== undefined) stream.end(body)
  await new Promise<void>((resolve) => stream.once('close', resolve))
  return { status: Number(got.headers[':status'] ?? 0), ...got, body: Buffer.concat(chunks), reset: stream.rstCode ?? 0 }
}

/** Types of frames (RFC 9113 section 6). */
export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9 } as const

/** One frame (RFC 9113 section 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Header lines as HPACK literals without indexing or Huffman coding (RFC 7541 section 6.2.2); texts shorter than 127 bytes. */
export function literal(lines: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    lines.flatMap(([name, value]) => [
      Buffer.from([0, name.length]),
      Buffer.from(name, 'latin1'),
      Buffer.from([value.length]),
      Buffer.from(value, 'latin1'),
    ]),
  )
}

/** The lines that every request has. */
export const pseudo = (path = '/', authority = 'localhost'): [string, string][] => [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', authority],
  [':path', path],
]

/** A frame that a server sent. */
export interface ReceivedFrame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** A connection whose frames are written by hand, past the preface and the settings. */
export class RawHttp2 {
  readonly frames: ReceivedFrame[] = []
  readonly closed: Promise<void>
  readonly socket: TLSSocket
  #rest: Buffer = Buffer.alloc(0)
  #waiting: (() => void)[] = []

  private constructor(socket: TLSSocket) {
    this.socket = socket
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.once('close', this.#wake)
    socket.on('data', (chunk) => this.#read(chunk))
  }

  static async open(t: ExecutionContext, url: string): Promise<RawHttp2> {
    const socket = connectTls({
      port: Number(new URL(url).port),
      host: '127.0.0.1',
      servername: 'localhost',
      ca: CA,
      ALPNProtocols: ['h2'],
    })
    t.teardown(() => socket.destroy())
    const raw = new RawHttp2(socket)
    await once(socket, 'secureConnect')
    raw.send(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(FRAME.settings, 0, 0))
    return raw
  }

  send(...frames: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(frames))
  }

  /** How the server refused a stream: by a reset, or by the end of the connection. */
  async refusal(stream: number): Promise<'reset' | 'end' | 'answer'> {
    const first = (found: Promise<ReceivedFrame | undefined>, as: 'reset' | 'answer') => found.then((one) => (one ? as : ('end' as const)))
    return Promise.race([
      first(this.next(FRAME.reset, stream), 'reset'),
      first(this.next(FRAME.headers, stream), 'answer'),
      this.next(FRAME.goaway).then(() => 'end' as const),
    ])
  }

  /** The first frame of a type on a stream, from those that came and those to come; undefined once the connection is closed. */
  async next(type: number, stream?: number): Promise<ReceivedFrame | undefined> {
    for (;;) {
      const found = this.frames.find((one) => one.type === type && (stream === undefined || one.stream === stream))
      if (found || this.socket.destroyed) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= 9) {
      const length = this.#rest.readUIntBE(0, 3)
      if (this.#rest.length < 9 + length) break
      const payload = this.#rest.subarray(9, 9 + length)
      this.frames.push({ type: this.#rest[3] as number, flags: this.#rest[4] as number, stream: this.#rest.readUInt32BE(5), payload })
      this.#rest = this.#rest.subarray(9 + length)
    }
    this.#wake()
  }

  readonly #wake = (): void => {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
