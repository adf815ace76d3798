import { parseArgs } from 'node:util'
import { PEERS, type Peer } from './peers.js'
import { ROWS, type Row, type RowName } from './rows.js'

/** How a benchmark is run. */
export interface BenchOptions {
  readonly rows: readonly Row[]
  readonly peers: readonly Peer[]
  readonly rounds: number
  readonly seconds: number
  /** A busy machine completes little in a second: a peer is warm once it has answered this many requests. */
  readonly warmRequests: number
  readonly connections: number
  /** Where the report goes; undefined prints only. */
  readonly write: boolean
}

function pick<T>(given: string | undefined, of: Readonly<Record<string, T>>, what: string): T[] {
  if (given === undefined) return Object.values(of)
  return given.split(',').map((name) => {
    const found = of[name]
    if (found === undefined) throw new Error(`no ${what} "${name}"; there are ${Object.keys(of).join(', ')}`)
    return found
  })
}

function numberOf(flag: string, given: string | undefined, usual: number): number {
  if (given === undefined) return usual
  if (!/^[1-9]\d*$/.test(given)) throw new Error(`--${flag}: expected a whole number from 1, got "${given}"`)
  return Number(given)
}

/** Reads the command line: `--rows a,b --peers a,b --rounds 5 --seconds 3 --connections 64 --quick --print`. */
export function readOptions(): BenchOptions {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      quick: { type: 'boolean', default: false },
      print: { type: 'boolean', default: false },
    },
  })
  const { quick } = values
  return {
    rows: pick(values.rows, ROWS as Readonly<Record<RowName, Row>>, 'row'),
    peers: pick(
      values.peers ?? (quick ? 'bare,gatewright' : undefined),
      Object.fromEntries(PEERS.map((peer) => [peer.name, peer])),
      'peer',
    ),
    rounds: numberOf('rounds', values.rounds, quick ? 2 : 5),
    // wrk takes whole seconds only.
    seconds: numberOf('seconds', values.seconds, quick ? 1 : 3),
    warmRequests: quick ? 5_000 : 20_000,
    connections: numberOf('connections', values.connections, 64),
    write: !values.print && !quick,
  }
}
