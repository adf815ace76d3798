import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What happens to a request on its way: see {@link FaultProxy}. */
export type Fault = 'none' | 'latency' | 'reset' | 'slow close' | 'bandwidth' | 'black hole'

/** How much later a request arrives with `latency`; milliseconds. */
const LATENCY_MS = 300
/** How fast a response goes with `bandwidth`; bytes per second. */
const BYTES_PER_S = 5_000

/**
 * A TCP proxy on the loopback interface that does harm to every `every`th piece of what a client sends: delays it, resets the connection,
 * closes it behind the response, slows the response down, or swallows it.
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

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
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
      if (fault === 'bandwidth') setTimeout(() => client.writable && client.write(piece), (piece.length / BYTES_PER_S) * 1_000)
      else client.write(piece)
      if (fault === 'slow close') setTimeout(() => client.destroy(), 1)
    })
  }
}
