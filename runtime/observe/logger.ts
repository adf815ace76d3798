import { type Logger, pino } from 'pino'

/** A logger and how to empty its buffer before the process ends. */
export interface LogSink {
  readonly log: Logger
  flush(): void
}

/** How many bytes of unwritten lines are kept when the reader is slow; further lines are dropped and counted. */
const MAX_PENDING = 8 * 1_048_576

/** Makes the logger: JSON lines on standard output, written off the request path. */
export function createLogger(level: string, onDrop: () => void): LogSink {
  const destination = pino.destination({ fd: 1, sync: false, minLength: 8_192, maxLength: MAX_PENDING, periodicFlush: 200 })
  destination.on('drop', onDrop)
  // A closed pipe must not end the gateway; the lines are lost, the requests are not.
  let broken = false
  destination.on('error', () => {
    broken = true
    onDrop()
  })
  destination.on('write', () => {
    broken = false
  })
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    destination,
  )
  const flush = () => {
    if (broken) {
      // Flushing would try for ever what cannot be written, such as lines to a full disk, also as the process exits.
      onDrop()
      destination.destroy()
      return
    }
    try {
      destination.flushSync()
    } catch {
      onDrop()
    }
  }
  return { log, flush }
}
