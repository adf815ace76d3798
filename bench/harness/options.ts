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
  /** Connections that the `idle-memory` row opens. */
  readonly idle: number
  /** Rows that are run at a time; more than one is only good to see that they run. */
  readonly lanes: number
  /** Whether missing tools may be installed. */
  readonly install: boolean
  /** Whether the report is written; else the tables are printed only. */
  readonly write: boolean
}

/** Run only where they are asked for by name: their feature is not in every build of the gateway. */
const BY_NAME: readonly RowName[] = ['websocket']

/** The peers take a few more. */
const MOST_CONNECTIONS = 8_000

const HELP = `npm run bench -- [options]           compares the gateway with its peers and writes bench/RESULTS.md
npm run bench:profile -- [options]   tells where the gateway spends its time

  --rows a,b         what to compare; default: all but ${BY_NAME.join(', ')}
                     ${Object.keys(ROWS).join(', ')}
  --peers a,b        whom to compare; default: all (bench:profile: gatewright)
                     ${PEERS.map((peer) => peer.name).join(', ')}
  --rounds n         how often each gateway's turn comes; default 5
  --seconds n        how long a turn is; default 3
  --connections n    connections that load comes over; default 64
  --idle n           connections that idle-memory opens; default 4,000
  --quick            bare and gatewright only, one short round, cold, four rows at a time: shows that they run, not how fast
  --print            leaves bench/RESULTS.md as it is, as --quick does
  --help             prints this

A report keeps the tables of rows that are not run. Root on Debian installs what is missing of wrk, Redis and the chosen peers,
but not with --quick; elsewhere they are left out, and the report says so.`

function pick<T>(given: string | undefined, of: Readonly<Record<string, T>>, what: string): T[] {
  if (given === undefined) return Object.values(of)
  return given.split(',').map((name) => {
    const found = of[name]
    if (found === undefined) throw new Error(`no ${what} "${name}"; there are ${Object.keys(of).join(', ')}`)
    return found
  })
}

function numberOf(flag: string, given: string | undefined, usual: number, most = 1_000): number {
  if (given === undefined) return usual
  if (!/^[1-9]\d*$/.test(given) || Number(given) > most)
    throw new Error(`--${flag}: expected a whole number from 1 to ${most}, got "${given}"`)
  return Number(given)
}

function parse(peersByDefault: string | undefined): BenchOptions | undefined {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      idle: { type: 'string' },
      quick: { type: 'boolean', default: false },
      print: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick } = values
  const all: Readonly<Record<string, Row>> = ROWS
  return {
    rows: values.rows === undefined ? Object.values(all).filter(({ name }) => !BY_NAME.includes(name)) : pick(values.rows, all, 'row'),
    peers: pick(
      values.peers ?? (quick ? 'bare,gatewright' : peersByDefault),
      Object.fromEntries(PEERS.map((peer) => [peer.name, peer])),
      'peer',
    ),
    rounds: numberOf('rounds', values.rounds, quick ? 1 : 5),
    // wrk takes whole seconds only.
    seconds: numberOf('seconds', values.seconds, quick ? 1 : 3),
    warmRequests: quick ? 0 : 20_000,
    connections: numberOf('connections', values.connections, 64, MOST_CONNECTIONS),
    idle: numberOf('idle', values.idle, quick ? 500 : 4_000, MOST_CONNECTIONS),
    lanes: quick ? 4 : 1,
    install: !quick,
    write: !values.print && !quick,
  }
}

/** Reads the command line; prints the help, or what is wrong with the line, and ends the process instead where that is called for. */
export function readOptions(peersByDefault?: string): BenchOptions {
  try {
    const options = parse(peersByDefault)
    if (options) return options
    console.log(HELP)
  } catch (error) {
    console.error(`${(error as Error).message}\n\nSee \`npm run bench -- --help\`.`)
    process.exit(2)
  }
  process.exit(0)
}
