import { existsSync, readdirSync, readFileSync } from 'node:fs'
import test from 'ava'
import { catalogue } from './catalogue.js'
import { ELSEWHERE } from './elsewhere.js'

/** Rows of each family: proxy semantics, framing, normalisation, identity and injection, limits, upstreams. */
const FAMILIES = { P: 45, H: 29, N: 13, I: 20, L: 16, U: 14 } as const

const root = new URL('../../', import.meta.url)
const rows = Object.entries(FAMILIES).flatMap(([family, count]) =>
  Array.from({ length: count }, (_, index) => `${family}-${String(index + 1).padStart(2, '0')}`),
)
const inTable = new Set(catalogue.flatMap(({ cases }) => cases.map(({ id }) => id)))

test('every row has its cases in the table, or is named with the tests that hold it', (t) => {
  const elsewhere = new Set(ELSEWHERE.map(({ id }) => id))
  t.deepEqual(
    rows.filter((row) => !inTable.has(row) && !elsewhere.has(row)),
    [],
  )
  t.deepEqual(
    [...inTable, ...elsewhere].filter((row) => !rows.includes(row)),
    [],
  )
})

test('the tests that are named exist', (t) => {
  for (const { tests } of ELSEWHERE) for (const file of tests) t.true(existsSync(new URL(file, root)), file)
})

test('every file of cases is in the table', (t) => {
  const text = readFileSync(new URL('test/conformance/catalogue.ts', root), 'utf8')
  for (const file of readdirSync(new URL('test/conformance/cases/', root)))
    t.true(text.includes(`./cases/${file.replace(/\.ts$/, '.js')}`), file)
})
