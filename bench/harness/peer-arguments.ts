import type { Logger } from 'pino'
import { pino } from 'pino'
import type { RowName } from './rows.js'

/** What the benchmark tells a peer's process. */
export interface PeerArguments {
  readonly row: RowName
  readonly upstreamPort: number
  /** Where the shared limits are; empty on rows without. */
  readonly redisUrl: string
  /** PEM (SPKI) of the key that signs the RS256 tokens. */
  readonly publicKey: string
}

/** Reads them from the command line: one argument of JSON. */
export function readPeerArguments(): PeerArguments {
  return JSON.parse(process.argv[2] ?? '{}') as PeerArguments
}

/** Tells the benchmark where this peer listens. */
export function announce(port: number): void {
  console.log(`port ${port}`)
}

/** The logger that every peer writes its access lines with: JSON to /dev/null, buffered. */
export function createNullLogger(level: 'info' | 'silent'): Logger {
  return pino({ level, base: null }, pino.destination({ dest: '/dev/null', sync: false, minLength: 8_192 }))
}
