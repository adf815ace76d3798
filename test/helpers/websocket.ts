import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { ExecutionContext } from 'ava'
import { WebSocket, WebSocketServer } from 'ws'

/** An upstream that speaks WebSocket, with what it saw. */
export interface SocketUpstream {
  readonly url: string
  /** Handshakes received, whatever came of them. */
  readonly handshakes: IncomingMessage[]
  /** Every connection accepted, WebSocket or not. */
  readonly connections: () => number
  readonly server: WebSocketServer
}

/** Starts an upstream that sends back each message, unless `serve` does something else; closed with the test. */
export async function socketUpstream(
  t: ExecutionContext,
  serve: (socket: WebSocket) => void = (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  options: ConstructorParameters<typeof WebSocketServer>[0] = {},
): Promise<SocketUpstream> {
  const handshakes: IncomingMessage[] = []
  let connections = 0
  const http = createServer((_req, res) => res.writeHead(200, { 'content-type': 'text/plain' }).end('plain'))
  http.on('connection', () => connections++)
  const server = new WebSocketServer({ server: http, ...options })
  server.on('connection', (socket, req) => {
    handshakes.push(req)
    socket.on('error', () => undefined)
    serve(socket)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.teardown(() => {
    for (const client of server.clients) client.terminate()
    server.close()
    http.close()
    http.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, handshakes, connections: () => connections, server }
}

/** A client of a WebSocket; broken off with the test. */
export function socketClient(
  t: ExecutionContext,
  url: string,
  options: ConstructorParameters<typeof WebSocket>[2] & { readonly protocols?: string[] } = {},
): WebSocket {
  const { protocols, ...rest } = options
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, { perMessageDeflate: false, ...rest })
  socket.on('error', () => undefined)
  t.teardown(() => socket.terminate())
  return socket
}

/** Opens a WebSocket and resolves once it is open. */
export async function openSocket(t: ExecutionContext, url: string, options: Parameters<typeof socketClient>[2] = {}): Promise<WebSocket> {
  const socket = socketClient(t, url, options)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return socket
}

/** What a handshake that is not accepted is answered with. */
export async function refusalOf(socket: WebSocket): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode as number, headers: response.headers, body: Buffer.concat(chunks).toString() }
}

/** The next message as text. */
export async function nextMessage(socket: WebSocket): Promise<string> {
  const [data] = (await once(socket, 'message')) as [Buffer]
  return data.toString()
}

/** Code and reason with which a WebSocket closes. */
export async function closeOf(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return { code, reason: reason.toString() }
}

/** A handshake as text, for raw sockets; the key and its answer are those of RFC 6455 section 1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
export const handshake = (path: string, lines: readonly string[] = []): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: gateway',
    'Upgrade: websocket',
    'Connection: keep-alive, Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    ...lines,
    '\r\n',
  ].join('\r\n')

/** The 101 that answers {@link handshake}. */
export const switching = (lines: readonly string[] = []): string =>
  [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${ACCEPT}`,
    ...lines,
    '\r\n',
  ].join('\r\n')

/** A raw connection that remembers what it received. */
export class RawSocket {
  readonly socket: Socket
  text = ''
  readonly closed: Promise<void>

  constructor(t: ExecutionContext, url: string) {
    const { hostname, port } = new URL(url)
    this.socket = connect(Number(port), hostname)
    this.socket.on('error', () => undefined)
    this.socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1')
    })
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()))
    t.teardown(() => this.socket.destroy())
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes as string, 'latin1')
  }

  /** Resolves once what was received contains `text`. */
  async has(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.socket.destroyed || this.socket.readableEnded) throw new Error(`closed before ${JSON.stringify(text)}: ${this.text}`)
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'end'), this.closed])
    }
  }
}
