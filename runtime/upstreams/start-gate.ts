import type { HealthDeps } from './health.js'

/** Waits once for an upstream to have a healthy target, no longer than it is told to. */
export class StartGate {
  /** Resolves when the gate opens. */
  readonly opened: Promise<void>
  readonly #isHealthy: () => boolean
  readonly #timer: NodeJS.Timeout
  #open: () => void = () => undefined

  /** `within` is in milliseconds. */
  constructor(upstream: string, within: number, isHealthy: () => boolean, { log }: Pick<HealthDeps, 'log'>) {
    this.#isHealthy = isHealthy
    this.opened = new Promise((resolve) => {
      this.#open = resolve
    })
    this.#timer = setTimeout(() => {
      log.warn({ upstream, waitedMs: within }, 'upstream has no healthy target yet; the gateway starts without')
      this.#open()
    }, within)
  }

  /** Looks whether it may open. */
  look(): void {
    if (this.#isHealthy()) this.close()
  }

  /** Opens it, whatever there is. */
  close(): void {
    clearTimeout(this.#timer)
    this.#open()
  }
}
