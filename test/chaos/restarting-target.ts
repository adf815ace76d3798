import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** An upstream that goes away and comes back on its port. */
export class RestartingTarget {
  requests = 0
  /** What it answers, and how long it takes to; milliseconds. */
  status = 200
  delay = 2
  /** Length of its answers' bodies in bytes. */
  size = 11
  #server: Server | undefined
  #port = 0

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async start(): Promise<this> {
    this.#server = createServer((req, res) => {
      req.resume()
      if (req.url === '/healthz') {
        // Whoever probes it is told what callers are.
        res.writeHead(this.status).end()
        return
      }
      this.requests++
      setTimeout(() => res.writeHead(this.status).end('x'.repeat(this.size)), this.delay).unref()
    })
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  /** Stops; with `kill` as a crash would, with requests under way, otherwise letting those end. */
  async stop(kill: boolean): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    if (kill) server.closeAllConnections()
    else
      while (!(await Promise.race([closed.then(() => true), wait(5, false)]))) {
        // Connections that were busy a moment ago are idle now.
        server.closeIdleConnections()
      }
    await closed
  }

  async restart(kill: boolean): Promise<void> {
    await this.stop(kill)
    await wait(50)
    await this.start()
  }
}
