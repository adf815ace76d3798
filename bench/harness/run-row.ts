import type { ChildProcess } from 'node:child_process'
import type { Loader } from './load.js'
import type { BenchOptions } from './options.js'
import type { Peer, RunningPeer } from './peers.js'
import { cpuSeconds, residentMb, stop } from './processes.js'
import type { Row } from './rows.js'
import { validate } from './validate.js'

/** What one peer needed for one row: medians over the rounds. */
export interface Measurement {
  readonly peer: string
  readonly row: Row
  /** CPU of the whole process tree per completed request, in microseconds. */
  readonly cpuMicros: number
  /** Median over the rounds of this peer's CPU over the bare limit's in the same round; undefined without a bare limit. */
  readonly ratio: number | undefined
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p99: number
  readonly residentMb: number
}

interface Round {
  readonly cpuMicros: number
  readonly requestsPerSecond: number
  readonly p99: number
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

const pidOf = (child: ChildProcess): number => {
  if (child.pid === undefined) throw new Error('the process did not start')
  return child.pid
}

async function runRound(peer: Peer, { child, port }: RunningPeer, row: Row, load: Loader, options: BenchOptions): Promise<Round> {
  const before = cpuSeconds(pidOf(child))
  const result = await load(row, port, options.connections, options.seconds)
  const cpu = cpuSeconds(pidOf(child)) - before
  if (result.requests === 0) throw new Error(`${peer.name} on "${row.name}": no request was completed in ${options.seconds} s`)
  if (result.failures > 0) throw new Error(`${peer.name} on "${row.name}": ${result.failures} of ${result.requests} requests failed`)
  return { cpuMicros: (cpu / result.requests) * 1e6, requestsPerSecond: result.requests / result.seconds, p99: result.p99 }
}

function summarise(peer: Peer, row: Row, rounds: readonly Round[], bare: readonly Round[] | undefined, running: RunningPeer): Measurement {
  return {
    peer: peer.name,
    row,
    cpuMicros: median(rounds.map((round) => round.cpuMicros)),
    ratio: bare && median(rounds.map((round, index) => round.cpuMicros / (bare[index] as Round).cpuMicros)),
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    p99: median(rounds.map((round) => round.p99)),
    residentMb: residentMb(pidOf(running.child)),
  }
}

/** Each a second long. */
const MOST_WARM_UPS = 10

async function warmUp({ port }: RunningPeer, row: Row, load: Loader, options: BenchOptions): Promise<void> {
  let completed = 0
  for (let turn = 0; turn < MOST_WARM_UPS && completed < options.warmRequests; turn += 1)
    completed += (await load(row, port, options.connections, 1)).requests
}

/** Runs one row: every peer is started, checked and warmed up; then rounds go around all of them, so that drift hits each alike. */
export async function runRow(row: Row, upstreamPort: number, load: Loader, options: BenchOptions): Promise<Measurement[]> {
  const peers = options.peers.filter((peer) => peer.rows.includes(row.name) && peer.version() !== undefined)
  const running = new Map<Peer, RunningPeer>()
  const rounds = new Map<Peer, Round[]>()
  try {
    for (const peer of peers) {
      const started = await peer.start(row.name, upstreamPort)
      running.set(peer, started)
      rounds.set(peer, [])
      await validate(peer.name, row, started.port, upstreamPort)
      await warmUp(started, row, load, options)
    }
    for (let round = 0; round < options.rounds; round += 1)
      for (const [peer, started] of running) rounds.get(peer)?.push(await runRound(peer, started, row, load, options))
    const bare = rounds.get(peers.find((peer) => peer.name === 'bare') as Peer)
    return [...running].map(([peer, started]) => summarise(peer, row, rounds.get(peer) ?? [], bare, started))
  } finally {
    for (const { child } of running.values()) await stop(child)
  }
}
