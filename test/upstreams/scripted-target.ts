import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the target does with a request. */
export type Behaviour = number | 'hang' | 'reset' | ((req: IncomingMessage, res: ServerResponse) => void)

/** A local HTTP server whose behaviour a test changes as it runs, and which can go away and come back on its port. */
export class ScriptedTarget {
  behaviour: Behaviour = 200
  /** Requests seen, by path. */
  readonly seen: string[] = []
  concurrent = 0
  mostConcurrent = 0
  #server: Server | undefined
  #port = 0
  readonly #waiting = new Set<() => void>()

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async start(): Promise<this> {
    const server = createServer((req, res) => this.#answer(req, res))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    return this
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }

  /** Resolves when `times` more requests have arrived. */
  async requests(times: number): Promise<void> {
    const until = this.seen.length + times
    while (this.seen.length < until) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    this.seen.push(req.url as string)
    this.concurrent += 1
    this.mostConcurrent = Math.max(this.mostConcurrent, this.concurrent)
    res.on('close', () => {
      this.concurrent -= 1
    })
    if (typeof this.behaviour === 'function') this.behaviour(req, res)
    else if (this.behaviour === 'reset') req.socket.resetAndDestroy()
    else if (this.behaviour !== 'hang') res.writeHead(this.behaviour).end('body')
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
