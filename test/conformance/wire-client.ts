import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ReadOptions, readMessage, type WireMessage } from './message.js'

/** A client on a TCP socket: sends exactly the bytes it is given and hands out responses as they arrive. */
export class WireClient {
  readonly socket: Socket
  /** Bytes received and not yet handed out. */
  pending = ''
  /** The other side has closed, or the connection broke. */
  closed = false
  #changed: (() => void)[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk) => {
      this.pending += chunk.toString('latin1')
      this.#notify()
    })
    const over = () => {
      this.closed = true
      this.#notify()
    }
    socket.on('end', over)
    socket.on('close', over)
    socket.on('error', over)
  }

  static async connect(url: string): Promise<WireClient> {
    const { hostname, port } = new URL(url)
    const socket = connect({ port: Number(port), host: hostname, noDelay: true })
    const client = new WireClient(socket)
    // A server may reset a connection in the moment it accepts it.
    await once(socket, 'connect').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') throw error
    })
    return client
  }

  send(bytes: string): void {
    if (!this.socket.destroyed) this.socket.write(bytes, 'latin1')
  }

  /** The next response. Rejects if the connection closes before it is whole, or after `withinMs`. */
  async response(options: ReadOptions & { readonly withinMs?: number } = {}): Promise<WireMessage> {
    const end = Date.now() + (options.withinMs ?? 15_000)
    for (;;) {
      const message = readMessage(this.pending, { ...options, closed: this.closed })
      if (message) {
        this.pending = this.pending.slice(message.raw.length)
        return message
      }
      if (this.closed) throw new Error(`the connection closed in the middle of a response: ${JSON.stringify(this.pending.slice(0, 300))}`)
      await this.#change(end, 'a response')
    }
  }

  /** Like {@link response}, passing over interim ones. */
  async finalResponse(options: ReadOptions & { readonly withinMs?: number } = {}): Promise<WireMessage> {
    for (;;) {
      const message = await this.response(options)
      if (!/^HTTP\/1\.\d 1\d\d/.test(message.line)) return message
    }
  }

  /** Resolves when the other side has closed. */
  async untilClosed(withinMs = 15_000): Promise<void> {
    const end = Date.now() + withinMs
    while (!this.closed) await this.#change(end, 'the connection to close')
  }

  /** Resolves when the received bytes meet a condition. */
  async untilReceived(condition: (pending: string) => boolean, what: string, withinMs = 15_000): Promise<void> {
    const end = Date.now() + withinMs
    while (!condition(this.pending)) {
      if (this.closed) throw new Error(`the connection closed before ${what}`)
      await this.#change(end, what)
    }
  }

  /** Breaks the connection with a reset. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  close(): void {
    this.socket.destroy()
  }

  #notify(): void {
    const changed = this.#changed
    this.#changed = []
    for (const resolve of changed) resolve()
  }

  async #change(end: number, what: string): Promise<void> {
    const left = end - Date.now()
    if (left <= 0) throw new Error(`timed out waiting for ${what}; received ${JSON.stringify(this.pending.slice(0, 300))}`)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, left)
      this.#changed.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
