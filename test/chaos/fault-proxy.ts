import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What happens to what goes through: see {@link FaultProxy}. */
export type Fault = 'none' | 'latency' | 'reset' | 'cut' | 'slow close' | 'bandwidth' | 'black hole'

/** How much later a request arrives with `latency`; milliseconds. */
const LATENCY_MS = 300
/** How fast answers go with `bandwidth`; bytes per second. */
const BYTES_PER_S = 5_000

/**
 * A TCP proxy on the loopback interface that does harm to every `every`th piece of what is sent through it: delays it, resets the
 * connection instead of passing it on, resets it in the middle of the answer (`cut`), closes it behind the answer, lets the
 * answer trickle, or swallows the piece.
 */
export class FaultProxy {
  fault: Fault = 'none'
  every = 1
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  readonly #to: URL
  #pieces = 0

  private constructor(to: string) {
    this.#to = new URL(to)
    this.#server = createServer((client) => this.#join(client))
  }

  static async open(to: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(to)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** Where it listens, under the scheme of what it stands before. */
  get url(): string {
    return `${this.#to.protocol}//127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #join(client: Socket): void {
    const server = connect(Number(this.#to.port), this.#to.hostname)
    let fault: Fault = 'none'
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one)
      one.setNoDelay(true)
      one.on('error', () => undefined)
      one.on('end', () => other.end())
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
    }
    client.on('data', (piece) => {
      fault = ++this.#pieces % this.every === 0 ? this.fault : 'none'
      if (fault === 'reset') client.resetAndDestroy()
      else if (fault === 'latency') setTimeout(() => server.writable && server.write(piece), LATENCY_MS)
      else if (fault !== 'black hole') server.write(piece)
    })
    server.on('data', (piece) => {
      if (fault === 'bandwidth') trickle(server, client, piece)
      else if (fault === 'cut') client.write(piece.subarray(0, piece.length / 2), () => client.resetAndDestroy())
      else client.write(piece)
      if (fault === 'slow close') setTimeout(() => client.destroy(), 1)
    })
  }
}

/** Passes a piece on once its time is over, and reads no more until then, so that whoever sends is held back. */
function trickle(from: Socket, to: Socket, piece: Buffer): void {
  from.pause()
  setTimeout(
    () => {
      if (to.writable) to.write(piece)
      from.resume()
    },
    (piece.length / BYTES_PER_S) * 1_000,
  )
}
