import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { readMessage, type WireMessage } from './message.js'

/** Answers a recorded request: bytes to send, or nothing where the function has dealt with the connection itself. */
export type RecorderAnswer = (request: WireMessage, socket: Socket) => string | undefined

const OK_BODY = '{"ok":true}'

/** A well-formed response with a JSON body. */
export const respond = (status = 200, headers: readonly string[] = [], body = OK_BODY): string =>
  [`HTTP/1.1 ${status} X`, 'Content-Type: application/json', `Content-Length: ${body.length}`, ...headers, '', body].join('\r\n')

/** An upstream on a TCP socket that stores what it receives, byte for byte. */
export class Recorder {
  /** Whole requests, in the order they were completed. */
  readonly requests: WireMessage[] = []
  /** All bytes of each connection, also those that never became a request. */
  readonly streams: string[] = []
  readonly sockets = new Set<Socket>()
  /** How each request is answered. Default: 200 with JSON. */
  answer: RecorderAnswer = () => respond()
  /** Called for each new connection before anything is read; return true to keep the recorder from reading it. */
  onConnection: ((socket: Socket) => boolean) | undefined
  /** Called as soon as a request's headers are there, before its body; bytes returned are sent at once. */
  onHead: ((head: string, socket: Socket) => string | undefined) | undefined
  readonly #server: Server
  #waiting: (() => void)[] = []

  constructor() {
    this.#server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => this.#accept(socket))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** Forgets everything and answers as by default; open connections are closed. */
  reset(): void {
    this.requests.length = 0
    this.streams.length = 0
    this.answer = () => respond()
    this.onConnection = undefined
    this.onHead = undefined
    for (const socket of this.sockets) socket.destroy()
  }

  /** Resolves once `condition` holds; looked at after each event on a connection. Rejects after `withinMs`. */
  async until(condition: () => boolean, what: string, withinMs = 10_000): Promise<void> {
    const end = Date.now() + withinMs
    while (!condition()) {
      if (Date.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200)
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy()
    this.#server.close()
  }

  #notify(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.sockets.delete(socket)
      this.#notify()
    })
    const index = this.streams.push('') - 1
    this.#notify()
    if (this.onConnection?.(socket)) return
    let pending = ''
    let headSeen = false
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      this.streams[index] += text
      pending += text
      for (;;) {
        const headEnd = pending.indexOf('\r\n\r\n')
        if (!headSeen && headEnd >= 0) {
          headSeen = true
          const early = this.onHead?.(pending.slice(0, headEnd + 4), socket)
          if (early) socket.write(early, 'latin1')
        }
        const request = readMessage(pending)
        if (!request) break
        pending = pending.slice(request.raw.length)
        headSeen = false
        this.requests.push(request)
        const bytes = this.answer(request, socket)
        if (bytes) socket.write(bytes, 'latin1')
      }
      this.#notify()
    })
  }
}
