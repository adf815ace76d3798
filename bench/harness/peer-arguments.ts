import type { Logger } from 'pino'
import { pino } from 'pino'
import type { RowName } from './rows.js'

/** What the benchmark tells a peer's process. */
export interface PeerArguments {
  readonly row: RowName
  readonly upstreamPort: number
}

/** Reads them from the command line. */
export function readPeerArguments(): PeerArguments {
  const [row, port] = process.argv.slice(2)
  return { row: row as RowName, upstreamPort: Number(port) }
}

/** Tells the benchmark where this peer listens. */
export function announce(port: number): void {
  console.log(`port ${port}`)
}

/** The logger that every peer writes its access lines with: JSON to /dev/null, buffered. */
export function createNullLogger(level: 'info' | 'silent'): Logger {
  return pino({ level, base: null }, pino.destination({ dest: '/dev/null', sync: false, minLength: 8_192 }))
}
