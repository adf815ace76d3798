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

/** Any line of the gateway's log. */
interface LogEntry extends Partial<AccessLine> {
  readonly msg?: string
  readonly level?: string
  readonly target?: string
  readonly reason?: string
}

function sayNotice({ msg = 'something is wrong', target, reason }: LogEntry): string {
  return [msg, target, reason].filter(Boolean).join(', ')
}

function parse(line: string): LogEntry | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Reads the gateway's standard output: keeps the access log and passes warnings on. */
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
      if (entry?.level && LOUD.has(entry.level)) this.#onNotice(sayNotice(entry))
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
