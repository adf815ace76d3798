import { cpus } from 'node:os'
import type { BenchOptions } from './options.js'
import { canPin } from './processes.js'
import type { Measurement } from './run-row.js'

const ratio = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(2))

function rowTable(measurements: readonly Measurement[]): string[] {
  return [
    `### ${measurements[0]?.row.title}`,
    '',
    '| gateway | ratio to the bare limit | CPU per request, µs | requests per second | p99, ms | RSS, MiB |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...measurements.map(
      (one) =>
        `| ${one.peer} | ${ratio(one.ratio)} | ${one.cpuMicros.toFixed(1)} | ${Math.round(one.requestsPerSecond).toLocaleString('en')} | ${one.p99.toFixed(1)} | ${Math.round(one.residentMb)} |`,
    ),
    '',
  ]
}

/** The results as Markdown, with what is needed to get them again. */
export function formatReport(
  results: readonly (readonly Measurement[])[],
  options: BenchOptions,
  loader: string,
  notes: readonly string[],
): string {
  const versions = options.peers.flatMap((peer) => {
    const version = peer.version()
    return version ? [`- ${peer.name}: ${version}`] : []
  })
  return [
    '# Benchmark results',
    '',
    'CPU time of the whole gateway process tree (user and system) per completed request. The bare limit is node:http in and undici',
    'dispatch out, with the same policies written by hand. Rounds go around all gateways in turn; figures are medians, ratios are',
    'medians of the ratios within each round.',
    '',
    ...results.filter((measurements) => measurements.length > 0).flatMap(rowTable),
    '## How',
    '',
    `- \`npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}\` on ${new Date().toISOString().slice(0, 10)}`,
    `- ${options.rounds} rounds of ${options.seconds} s, ${options.connections} kept-alive connections, load by ${loader}`,
    `- ${canPin ? 'gateway pinned to one core, upstream and load to another' : 'processes not pinned (no taskset)'}; ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`,
    `- Node.js ${process.versions.node}`,
    ...versions,
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n')
}
