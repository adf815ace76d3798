import { cpus } from 'node:os'
import { emitNotes } from './notes.js'
import type { BenchOptions } from './options.js'
import { PEERS } from './peers.js'
import { canPin } from './processes.js'
import { connectionsOn, ROWS } from './rows.js'
import type { RowTable } from './run-row.js'

/** How the tables of this run were made. */
export interface RunNote {
  readonly command: string
  readonly options: BenchOptions
  readonly loader: string
}

function formatTable({ row, header, lines }: RowTable, { command, options, loader }: RunNote): string {
  const load = { messages: 'a client of the benchmark’s own', connections: 'connections that stay idle' }[row.kind as 'messages'] ?? loader
  const rounds = options.rounds === 1 ? '1 round' : `${options.rounds} rounds`
  const length =
    row.kind === 'connections' ? rounds : `${rounds} of ${options.seconds} s, ${connectionsOn(row, options.connections)} connections`
  return [
    `### ${row.title}`,
    '',
    `| ${header.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(header.length - 1)}`,
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `\`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${length}, load by ${load}; Node.js ${process.versions.node}.`,
    '',
  ].join('\n')
}

/** The sections of an earlier report, by title. */
function sectionsOf(report: string): Map<string, string> {
  const [, ...sections] = report.split(/^### /m)
  return new Map(
    sections.map((section) => {
      const [text = ''] = section.split(/^## /m)
      return [text.slice(0, text.indexOf('\n')), `### ${text.trimEnd()}\n`]
    }),
  )
}

const INTRODUCTION = `# Benchmark results

CPU time of the whole gateway process tree (user and system) per completed request. The bare limit is node:http in and undici
dispatch out, with the same policies written by hand. A slice of the bare limit is run before and after each slice of another
gateway; figures are medians over the rounds, ratios are medians of each slice's figure over the mean of its two neighbours'.
Memory of idle connections is looked at after a garbage collection, where there is one.
`

/** The results as Markdown: the tables of this run, those of rows that it left out as they were, and how they were made. */
export function formatReport(before: string, tables: readonly RowTable[], run: RunNote): string {
  const sections = sectionsOf(before)
  for (const table of tables) if (table.lines.length > 0) sections.set(table.row.title, formatTable(table, run))
  const versions = PEERS.flatMap((peer) => {
    const version = peer.version()
    return version ? [`- ${peer.name}: ${version}`] : []
  })
  return [
    INTRODUCTION,
    ...Object.values(ROWS).flatMap(({ title }) => sections.get(title) ?? []),
    '## How',
    '',
    `- \`npm run bench -- --help\` tells the options; last run: \`${run.command}\``,
    `- ${canPin ? 'gateway pinned to one core, upstream, Redis and load to another' : 'processes not pinned (no taskset)'}; ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`,
    ...versions,
    ...emitNotes(Object.values(ROWS), PEERS).map((note) => `- ${note}`),
    '',
  ].join('\n')
}
