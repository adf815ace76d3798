import { type Contender, startContender } from './contender.js'
import type { Loader } from './load.js'
import { median } from './median.js'
import type { BenchOptions } from './options.js'
import { type Peer, whyWithout } from './peers.js'
import type { Row } from './rows.js'
import { runIdle } from './run-idle.js'
import { mergeOutcomes, type Outcome, runSlices } from './run-slices.js'
import type { Stage } from './stage.js'

/** What was measured on one row, ready to be printed: a line for each gateway. */
export interface RowTable {
  readonly row: Row
  readonly header: readonly string[]
  readonly lines: readonly (readonly string[])[]
}

const ratio = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(2))
const whole = (value: number) => Math.round(value).toLocaleString('en')

type Column = readonly [string, (outcome: Outcome) => string]
const gateway: Column = ['gateway', ({ contender }) => contender.peer.name]
const toBare: Column = ['ratio to the bare limit', (outcome) => ratio(outcome.ratio)]
const p99: Column = ['p99, ms', (outcome) => outcome.p99.toFixed(1)]
const resident: Column = ['RSS, MiB', (outcome) => whole(outcome.residentMb)]

const COLUMNS: Readonly<Record<'requests' | 'bodies' | 'messages', readonly Column[]>> = {
  requests: [
    gateway,
    toBare,
    ['CPU per request, µs', (outcome) => outcome.cpuMicros.toFixed(1)],
    ['requests per second', (outcome) => whole(outcome.perSecond)],
    p99,
    resident,
  ],
  bodies: [
    gateway,
    toBare,
    ['CPU per MiB, µs', (outcome) => whole(outcome.cpuMicros)],
    ['MiB per second', (outcome) => whole(outcome.perSecond)],
    ['throughput to the bare limit’s', (outcome) => ratio(outcome.speedRatio)],
    p99,
    resident,
  ],
  messages: [
    gateway,
    toBare,
    ['CPU per message, µs', (outcome) => outcome.cpuMicros.toFixed(1)],
    ['messages per second', (outcome) => whole(outcome.perSecond)],
    p99,
    resident,
  ],
}

/** Runs `use` with contenders, and ends them whatever comes of it. */
async function withContenders<T>(
  starts: readonly (() => Promise<Contender>)[],
  use: (running: readonly Contender[]) => Promise<T>,
): Promise<T> {
  const running: Contender[] = []
  try {
    // One after the other: they share a core, and starting together would tell nothing of how long each takes.
    for (const start of starts) running.push(await start())
    return await use(running)
  } finally {
    await Promise.all(running.map((contender) => contender.stop()))
  }
}

/** Starts all, and loads each between two slices of the bare limit, `rounds` times. */
function runAll(row: Row, peers: readonly Peer[], stage: Stage, load: Loader, options: BenchOptions): Promise<Outcome[]> {
  return withContenders(
    peers.map((peer) => () => startContender(peer, row, stage, options)),
    (running) => {
      const isBase = ({ peer }: Contender) => peer.name === 'bare'
      const others = running.filter((contender) => !isBase(contender))
      return runSlices(running.find(isBase), others, load, options)
    },
  )
}

async function runBesideBare(row: Row, peers: readonly Peer[], stage: Stage, load: Loader, options: BenchOptions): Promise<RowTable> {
  const columns = COLUMNS[row.kind as keyof typeof COLUMNS]
  const runs: Outcome[][] = []
  // With bodies, one process of a program may take twice the CPU that another takes, for as long as it lives.
  if (row.kind === 'bodies')
    for (let round = 0; round < options.rounds; round += 1) runs.push(await runAll(row, peers, stage, load, { ...options, rounds: 1 }))
  else runs.push(await runAll(row, peers, stage, load, options))
  return {
    row,
    header: columns.map(([title]) => title),
    lines: mergeOutcomes(runs).map((outcome) => columns.map(([, text]) => text(outcome))),
  }
}

/** One gateway at a time, beside itself on the base row. */
async function runBesideItself(row: Row, peers: readonly Peer[], stage: Stage, load: Loader, options: BenchOptions): Promise<RowTable> {
  const { base = row } = row
  const lines: string[][] = []
  for (const peer of peers)
    await withContenders(
      [base, row].map((one) => () => startContender(peer, one, stage, options)),
      async ([small, large]) => {
        if (!small || !large) return
        const [before, after] = (await runSlices(small, [large], load, options)) as [Outcome, Outcome]
        lines.push([
          peer.name,
          ratio(after.ratio),
          ...[before, after].map(({ cpuMicros }) => cpuMicros.toFixed(1)),
          ...[small, large].map(({ bootSeconds }) => bootSeconds.toFixed(2)),
          ...[before, after].map(({ residentMb }) => whole(residentMb)),
        ])
      },
    )
  const both = (what: string) => row.sides.map((side) => `${what}, ${side}`)
  return { row, header: ['gateway', 'ratio to itself', ...both('CPU, µs'), ...both('ready, s'), ...both('RSS, MiB')], lines }
}

/** Each round starts each gateway afresh: memory that was once taken is not given back. */
async function runIdleRow(row: Row, peers: readonly Peer[], stage: Stage, options: BenchOptions): Promise<RowTable> {
  const figures = new Map(peers.map((peer) => [peer, [] as number[]]))
  for (let round = 0; round < options.rounds; round += 1)
    for (const peer of peers)
      await withContenders([() => startContender(peer, row, stage, options)], async ([contender]) => {
        if (contender) figures.get(peer)?.push(await runIdle(contender, options))
      })
  const kib = peers.map((peer) => median(figures.get(peer) ?? []))
  const bare = kib[peers.findIndex(({ name }) => name === 'bare')]
  return {
    row,
    header: ['gateway', 'ratio to the bare limit', 'KiB per connection', 'connections'],
    lines: peers.map(({ name }, index) => [
      name,
      ratio(bare === undefined ? undefined : (kib[index] as number) / bare),
      (kib[index] as number).toFixed(1),
      whole(options.idle),
    ]),
  }
}

/** Runs one row with those of the chosen peers that are installed and take part in it. */
export function runRow(row: Row, stage: Stage, load: Loader, options: BenchOptions): Promise<RowTable> {
  const peers = options.peers.filter((peer) => whyWithout(peer, row.name) === undefined && peer.version() !== undefined)
  if (row.kind === 'connections') return runIdleRow(row, peers, stage, options)
  return (row.base ? runBesideItself : runBesideBare)(row, peers, stage, load, options)
}
