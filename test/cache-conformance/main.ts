import { writeFileSync } from 'node:fs'
import { parseArgs, styleText } from 'node:util'
import { emitPage } from './emit-page.js'
import { table } from './rows/index.js'
import { runRow } from './run-row.js'
import { openStage } from './stage.js'

/** Runs every row on both lanes and prints what does not hold; `--write` renews docs/cache-conformance.md. */
const { values: flags } = parseArgs({ options: { write: { type: 'boolean' } } })
const rows = table.flatMap((part) => part.rows)
const outcomes = new Map<string, (string | undefined)[]>()
for (const lane of ['direct', 'hapi'] as const) {
  const stage = await openStage(lane)
  const wrong: (string | undefined)[] = []
  for (const [index, row] of rows.entries()) wrong.push(await runRow(row, index, stage))
  await stage.close()
  outcomes.set(lane, wrong)
  for (const [index, { section, title }] of rows.entries()) {
    if (wrong[index] !== undefined) console.log(`${styleText('red', 'FAIL')} ${lane} ${section} ${title}: ${wrong[index]}`)
  }
  console.log(`${lane}: ${wrong.filter((one) => one === undefined).length} of ${rows.length} rows hold`)
}
if (flags.write) writeFileSync(new URL('../../docs/cache-conformance.md', import.meta.url), emitPage(table, outcomes))
if ([...outcomes.values()].some((all) => all.some((one) => one !== undefined))) process.exitCode = 1
