import { readFile } from 'node:fs/promises'
import test from 'ava'
import { LANES } from '../helpers/start-gateway.js'
import { emitPage } from './emit-page.js'
import { table } from './rows/index.js'
import { runRow } from './run-row.js'
import { openStage } from './stage.js'

const rows = table.flatMap((part) => part.rows)

for (const lane of LANES)
  test(`${lane}: every row of the table holds`, async (t) => {
    const stage = await openStage(lane)
    t.teardown(() => stage.close())
    for (const [index, row] of rows.entries()) t.is(await runRow(row, index, stage), undefined, `${row.section} ${row.title}`)
  })

test('docs/cache-conformance.md is the table', async (t) => {
  const outcomes = new Map(LANES.map((lane) => [lane, rows.map(() => undefined)]))
  t.is(await readFile(new URL('../../docs/cache-conformance.md', import.meta.url), 'utf8'), emitPage(table, outcomes))
})
