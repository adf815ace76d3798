import { Writable } from 'node:stream'
import { pino } from 'pino'

/** A logger whose lines end up in an array. */
export function recordLog() {
  const lines: Record<string, unknown>[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { lines, log: pino({ base: null }, sink) }
}
