// The gateway against its peers: `npm run bench -- --rows plain,policies --peers gatewright,bare --rounds 5 --seconds 3`;
// `--help` tells the rest. Needs `npm run build` first.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPeers } from './harness/build-peers.js'
import { installTools } from './harness/install-tools.js'
import { createLoader } from './harness/load.js'
import { emitNotes, whyNotRun } from './harness/notes.js'
import { readOptions } from './harness/options.js'
import { LOAD_CORE } from './harness/peers.js'
import { stopAll } from './harness/processes.js'
import { formatReport } from './harness/report.js'
import type { Row } from './harness/rows.js'
import { type RowTable, runRow } from './harness/run-row.js'
import { startStage } from './harness/stage.js'

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    stopAll()
    process.exit(130)
  })
}
process.on('exit', stopAll)

const options = readOptions()
const root = fileURLToPath(new URL('..', import.meta.url))
if (!existsSync(join(root, 'dist', 'runtime', 'index.js'))) {
  console.error('dist/ is missing: run `npm run build` first')
  process.exit(2)
}

installTools(options)
await buildPeers()
const { load, name: loader } = createLoader(LOAD_CORE)
const notes = emitNotes(options.rows, options.peers)
for (const note of notes) console.log(note)

const file = join(root, 'bench', 'RESULTS.md')
const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
const command = ['npm run bench', ...(process.argv.length > 2 ? ['--'] : []), ...process.argv.slice(2)].join(' ')
const tables: RowTable[] = []

async function run(row: Row): Promise<void> {
  const stage = await startStage(row)
  const table = await runRow(row, stage, load, options)
  await stage.stop()
  tables.push(table)
  console.log(`\n${row.title}`)
  console.table(table.lines.map((cells) => Object.fromEntries(cells.map((cell, index) => [table.header[index], cell]))))
  // Row by row: what was measured stays, whatever happens later.
  if (options.write) writeFileSync(file, formatReport(before, tables, { command, options, loader }))
}

const waiting = options.rows.filter((row) => whyNotRun(row) === undefined)
const lane = async () => {
  for (let row = waiting.shift(); row; row = waiting.shift()) await run(row)
}
await Promise.all(Array.from({ length: options.lanes }, lane))
process.exit(0)
