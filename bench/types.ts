// Measures what gateway.config.ts costs the compiler, per route, under TypeScript 6 and 7; against the built declarations.
// `--update` stores the instantiations measured now as the maxima. Exits with 1 if they are exceeded. `--quick` leaves out
// 500 and 1,000 routes, and so whether the cost is linear.

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CompileCost, compileFixture } from './types/compile-fixture.js'
import { type FixtureKind, fixtureText } from './types/fixture.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const budgetFile = join(root, 'bench', 'types.budget.json')
const resultsFile = join(root, 'bench', 'results', 'types.json')

const COMPILERS = { '6': 'node_modules/typescript-6/bin/tsc', '7': 'node_modules/typescript/bin/tsc' } as const
const isQuick = process.argv.includes('--quick')
const MOST_ROUTES = isQuick ? 100 : 1_000
const COUNTS: readonly number[] = isQuick ? [1, MOST_ROUTES] : [1, 100, 500, MOST_ROUTES]
const KINDS: readonly FixtureKind[] = ['routes', 'groups', 'full']

/** The most that a route may cost, in a group or not. A `full` one uses six schemas, each some 200 in zod itself, and is held by its stored maxima. */
const MOST_PER_ROUTE = 1_100

/** How far 1,000 routes may be from twice 500. */
const MOST_GROWTH = 2.05

interface Row extends CompileCost {
  readonly typescript: string
  readonly kind: FixtureKind
  readonly count: number
}

interface Summary {
  readonly typescript: string
  readonly kind: FixtureKind
  /** Instantiations of the one-route fixture. */
  readonly fixed: number
  readonly perRoute: number
  /** Instantiations of 1,000 routes over those of 500, the fixed part taken off; undefined where neither was measured. */
  readonly growth: number | undefined
}

async function measure(): Promise<Row[]> {
  const rows: Row[] = []
  for (const [typescript, compiler] of Object.entries(COMPILERS))
    for (const kind of KINDS)
      for (const count of COUNTS)
        rows.push({ typescript, kind, count, ...(await compileFixture(root, compiler, fixtureText(kind, count))) })
  return rows
}

function summarise(rows: readonly Row[]): Summary[] {
  return Object.keys(COMPILERS).flatMap((typescript) =>
    KINDS.map((kind) => {
      const at = (count: number) =>
        rows.find((row) => row.typescript === typescript && row.kind === kind && row.count === count)?.instantiations ?? 0
      const fixed = at(1)
      const most = at(MOST_ROUTES) - fixed
      return {
        typescript,
        kind,
        fixed,
        perRoute: Math.round(most / (MOST_ROUTES - 1)),
        growth: isQuick ? undefined : most / (at(500) - fixed),
      }
    }),
  )
}

const keyOf = (row: Row) => `typescript-${row.typescript} ${row.kind} ${row.count}`

async function readBudget(): Promise<Record<string, number>> {
  return existsSync(budgetFile) ? (JSON.parse(await readFile(budgetFile, 'utf8')) as Record<string, number>) : {}
}

if (!existsSync(join(root, 'dist', 'sdk', 'index.d.ts'))) {
  console.error('dist/ is missing: run `npm run build` first')
  process.exit(2)
}

const rows = await measure()
const summaries = summarise(rows)

console.table(
  rows.map((row) => ({
    TypeScript: row.typescript,
    fixture: row.kind,
    routes: row.count,
    instantiations: row.instantiations,
    types: row.types,
    'check s': row.checkSeconds,
    'total s': row.totalSeconds,
    'memory MB': row.memoryMb,
  })),
)
console.table(
  summaries.map((summary) => ({
    TypeScript: summary.typescript,
    fixture: summary.kind,
    'fixed (1 route)': summary.fixed,
    'per route': summary.perRoute,
    '1,000 / 500': summary.growth?.toFixed(3) ?? '',
  })),
)

if (!isQuick) {
  await mkdir(join(root, 'bench', 'results'), { recursive: true })
  await writeFile(resultsFile, `${JSON.stringify({ rows, summaries }, undefined, 2)}\n`)
}

const failures = summaries.flatMap((summary) => [
  ...(summary.kind !== 'full' && summary.perRoute > MOST_PER_ROUTE
    ? [`TypeScript ${summary.typescript}: ${summary.perRoute} instantiations per route, at most ${MOST_PER_ROUTE}`]
    : []),
  ...(summary.growth !== undefined && summary.growth > MOST_GROWTH
    ? [`TypeScript ${summary.typescript}, ${summary.kind}: grows by ${summary.growth.toFixed(2)} from 500 to 1,000 routes`]
    : []),
])

if (process.argv.includes('--update')) {
  const measured = Object.fromEntries(rows.map((row) => [keyOf(row), row.instantiations]))
  await writeFile(budgetFile, `${JSON.stringify({ ...(await readBudget()), ...measured }, undefined, 2)}\n`)
  console.log('stored the maxima in bench/types.budget.json')
} else {
  const budget = await readBudget()
  for (const row of rows) {
    const most = budget[keyOf(row)]
    if (most === undefined) failures.push(`${keyOf(row)} has no maximum: run with --update`)
    else if (row.instantiations > most) failures.push(`${keyOf(row)}: ${row.instantiations} instantiations, at most ${most}`)
  }
}

for (const failure of failures) console.error(`over budget: ${failure}`)
if (failures.length > 0) process.exitCode = 1
