// Measures what gateway.config.ts costs the compiler, per route, under TypeScript 6 and 7; against the built declarations.
// `--update` stores the instantiations measured now as the maxima. Exits with 1 if they are exceeded.

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
const COUNTS = [1, 100, 500, 1_000] as const
const KINDS: readonly FixtureKind[] = ['routes', 'groups', 'full']

/**
 * The most that a usual route may cost. In a group it costs some 200 more (the prefix is joined to the path, the group's
 * policies to the route's); a `full` one uses six schemas, each some 200 in zod itself. Those are held by their stored maxima.
 */
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
  /** Instantiations of 1,000 routes over those of 500, the fixed part taken off. */
  readonly growth: number
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
      return { typescript, kind, fixed, perRoute: Math.round((at(1_000) - fixed) / 999), growth: (at(1_000) - fixed) / (at(500) - fixed) }
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
    '1,000 / 500': summary.growth.toFixed(3),
  })),
)

await mkdir(join(root, 'bench', 'results'), { recursive: true })
await writeFile(resultsFile, `${JSON.stringify({ rows, summaries }, undefined, 2)}\n`)

const failures = summaries.flatMap((summary) => [
  ...(summary.kind === 'routes' && summary.perRoute > MOST_PER_ROUTE
    ? [`TypeScript ${summary.typescript}: ${summary.perRoute} instantiations per route, at most ${MOST_PER_ROUTE}`]
    : []),
  ...(summary.growth > MOST_GROWTH
    ? [`TypeScript ${summary.typescript}, ${summary.kind}: grows by ${summary.growth.toFixed(2)} from 500 to 1,000 routes`]
    : []),
])

if (process.argv.includes('--update')) {
  await writeFile(budgetFile, `${JSON.stringify(Object.fromEntries(rows.map((row) => [keyOf(row), row.instantiations])), undefined, 2)}\n`)
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
