// Prints what faults of targets, Redis and clients cost callers, with and without each mechanism: `npm run chaos`.
// `--write` renews docs/chaos.md, `--short` runs the rows of the test, `--only text` the tables whose title contains the text.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { redisMissing } from '../helpers/redis-server.js'
import type { ChaosRow, ChaosSize, ChaosTable } from './chaos-row.js'
import { clientLink } from './client-rows.js'
import { cellsOf, emitChaosPage } from './emit-page.js'
import { keptConnections } from './keep-alive-rows.js'
import { neighbours } from './neighbour-rows.js'
import { redisLink } from './redis-rows.js'
import { rollingRestart } from './restart-rows.js'
import { isShort } from './short-form.js'
import { illTargets, upstreamLink } from './upstream-rows.js'

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
})

/** A run that takes longer than this has got stuck. */
const MOST_MS = 1_200_000
setTimeout(() => {
  console.error(`not over after ${MOST_MS / 60_000} minutes`)
  process.exit(1)
}, MOST_MS).unref()

const TABLES = [upstreamLink, illTargets, rollingRestart, keptConnections, neighbours, redisLink, clientLink]
const size: ChaosSize = { requests: flags.short ? 100 : 200, wants: flags.short ? isShort : () => true }
const results = new Map<ChaosTable, readonly ChaosRow[]>()
for (const table of TABLES.filter(({ title }) => title.includes(flags.only))) {
  const missing = table === redisLink ? redisMissing('any') : undefined
  if (missing !== undefined) {
    console.log(`${table.title} was left out: ${missing}`)
    continue
  }
  const rows: ChaosRow[] = []
  for await (const row of table.rows(size)) rows.push(row)
  results.set(table, rows)
  console.log(`\n${table.title}\n${table.about}`)
  console.table(rows.map(cellsOf))
}
if (flags.write) writeFileSync(new URL('../../docs/chaos.md', import.meta.url), emitChaosPage(results))
