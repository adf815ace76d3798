import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What the gateway's process tells of itself. */
export interface ChildReport {
  /** Errors that nobody caught, and warnings. */
  readonly failures: readonly string[]
  /** Delay of its event loop, in milliseconds. */
  readonly delayP99: number
  /** What its heap holds after a garbage collection, in MiB. */
  readonly heapMiB: number
  /** Handles and requests that keep its event loop alive: sockets, timers, look-ups. */
  readonly resources: number
}

/** A gateway in a process of its own, seen from outside. */
export class ChildGateway {
  readonly url: string
  readonly #adminUrl: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, { url, adminUrl }: { readonly url: string; readonly adminUrl: string }) {
    this.#child = child
    this.url = url
    this.#adminUrl = adminUrl
  }

  /** @param patience how long it waits for the upstream's headers and in a silent body, such as `3s` */
  static async start(target: string, patience: string): Promise<ChildGateway> {
    const child = fork(fileURLToPath(new URL('gateway-process.ts', import.meta.url)), [target, patience], {
      execArgv: ['--expose-gc', '--import=tsx/esm', '--conditions=@gatewright/source'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const [places] = await once(child, 'message')
    return new ChildGateway(child, places as { url: string; adminUrl: string })
  }

  /** Resident memory, in MiB. */
  rss(): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1]) / 1_024
  }

  /** Open file descriptors. */
  descriptors(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length
  }

  async inFlight(): Promise<number> {
    const text = await (await fetch(`${this.#adminUrl}/metrics`, { headers: { connection: 'close' } })).text()
    return Number(/^gatewright_requests_in_flight (\d+)/m.exec(text)?.[1])
  }

  report(): Promise<ChildReport> {
    return this.#ask('report')
  }

  /** Has it load its config anew while it runs. */
  reload(): Promise<ChildReport> {
    return this.#ask('reload')
  }

  async #ask(question: 'report' | 'reload'): Promise<ChildReport> {
    const reply = once(this.#child, 'message')
    this.#child.send(question)
    return (await reply)[0] as ChildReport
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  async stop(): Promise<void> {
    if (!this.alive) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}
