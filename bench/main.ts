// The gateway against its peers: `npm run bench -- --rows plain,policies --peers gatewright,bare --rounds 5 --seconds 3`.
// `--quick` compares with the bare limit only, shortly; `--print` leaves RESULTS.md as it is. Needs `npm run build` first.

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPeers } from './harness/build-peers.js'
import { createLoader } from './harness/load.js'
import { readOptions } from './harness/options.js'
import { buildFolder, LOAD_CORE } from './harness/peers.js'
import { announcedPort, start, stopAll } from './harness/processes.js'
import { formatReport } from './harness/report.js'
import { type Measurement, runRow } from './harness/run-row.js'

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    stopAll()
    process.exit(130)
  })
}
process.on('exit', stopAll)

const root = fileURLToPath(new URL('..', import.meta.url))
if (!existsSync(join(root, 'dist', 'runtime', 'index.js'))) {
  console.error('dist/ is missing: run `npm run build` first')
  process.exit(2)
}

const options = readOptions()
const notes = options.peers
  .filter((peer) => peer.version() === undefined)
  .map((peer) => `${peer.name} is not installed here, so it is not in the tables`)
for (const note of notes) console.log(note)

await buildPeers()
const { load, name: loader } = createLoader(LOAD_CORE)
const upstreamPort = await announcedPort(start(LOAD_CORE, process.execPath, [join(buildFolder, 'upstream.js')], 'pipe'))

const results: Measurement[][] = []
for (const row of options.rows) {
  const measurements = await runRow(row, upstreamPort, load, options)
  results.push(measurements)
  console.log(`\n${row.title}`)
  console.table(
    measurements.map((one) => ({
      gateway: one.peer,
      'ratio to bare': one.ratio?.toFixed(2),
      'CPU µs/request': one.cpuMicros.toFixed(1),
      'requests/s': Math.round(one.requestsPerSecond),
      'p99 ms': one.p99.toFixed(1),
      'RSS MiB': Math.round(one.residentMb),
    })),
  )
}

if (options.write) writeFileSync(join(root, 'bench', 'RESULTS.md'), formatReport(results, options, loader, notes))
process.exit(0)
