import { EventEmitter, once } from 'node:events'

/** One line of the gateway's access log. */
export interface AccessLine {
  readonly requestId: string
  readonly route: string
  readonly method: string
  readonly path: string
  readonly status: number
}

const LOUD = new Set(['warn', 'error', 'fatal'])

function parse(line: string): (Partial<AccessLine> & { msg?: string; level?: string }) | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Reads the gateway's standard output: keeps the access log and passes warnings and plain lines on. */
export class AccessLog {
  readonly lines: AccessLine[] = []
  readonly #arrivals = new EventEmitter()
  readonly #onNotice: (line: string) => void
  #onAccess: ((line: string) => void) | undefined

  constructor(onNotice: (line: string) => void) {
    this.#onNotice = onNotice
  }

  take(line: string): void {
    const entry = parse(line)
    if (entry?.msg !== 'request') {
      if (entry?.level && LOUD.has(entry.level)) this.#onNotice(entry.msg ?? line)
      return
    }
    if (this.#onAccess) {
      this.#onAccess(line)
      return
    }
    this.lines.push(entry as AccessLine)
    this.#arrivals.emit('line')
  }

  /** Resolves when all these requests are in the log; rejects after `ms` with the ones that are missing. */
  async waitFor(requestIds: readonly string[], ms: number): Promise<void> {
    const signal = AbortSignal.timeout(ms)
    const missing = () => {
      const seen = new Set(this.lines.map(({ requestId }) => requestId))
      return requestIds.filter((id) => !seen.has(id))
    }
    while (missing().length > 0) {
      await once(this.#arrivals, 'line', { signal }).catch(() => {
        throw new Error(`not in the access log: ${missing().join(', ')}`)
      })
    }
  }

  /** From now on hands each line over instead of keeping it. */
  follow(onAccess: (line: string) => void): void {
    this.#onAccess = onAccess
  }
}
