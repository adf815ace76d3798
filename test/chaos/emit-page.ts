import type { ChaosRow, ChaosTable } from './chaos-row.js'

/** The cells of a row, by heading. */
export function cellsOf({ fault, mechanism, result, figures }: ChaosRow): Readonly<Record<string, string | number>> {
  const { requests, failed, p50, p99 } = result
  return { fault, with: mechanism, requests, failed, 'p50, ms': Math.round(p50), 'p99, ms': Math.round(p99), ...figures }
}

function emitTable(rows: readonly ChaosRow[]): string[] {
  const cells = rows.map(cellsOf)
  // Figures of other headings come first in an object where they look like numbers; the headings of the first row set the order.
  const figures = Object.keys(rows[0]?.figures ?? {})
  const headings = [...Object.keys(cells[0] ?? {}).filter((heading) => !figures.includes(heading)), ...figures]
  const line = (values: readonly unknown[]) => `| ${values.join(' | ')} |`
  return [
    line(headings),
    line(headings.map((_, index) => (index < 2 ? '---' : '---:'))),
    ...cells.map((row) => line(headings.map((heading) => row[heading]))),
  ]
}

/** The page of what faults cost. */
export function emitChaosPage(results: ReadonlyMap<ChaosTable, readonly ChaosRow[]>): string {
  const sections = [...results].flatMap(([{ title, about }, rows]) => [`## ${title}`, '', about, '', ...emitTable(rows), ''])
  return [
    '# What faults cost callers',
    '',
    'Made by `npm run chaos -- --write`, on one machine that does other things too: the figures compare with each other, not with those of other machines.',
    'Each row runs a gateway of its own on the loopback interface. Failed are requests without a whole 200 response. What a fault is:',
    '`latency` 300 ms more; `reset` of the connection before the request arrives; `cut` in the middle of the response; `slow close` a millisecond behind it;',
    '`bandwidth` of 5,000 bytes a second; `black hole`: what is sent never arrives.',
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')
}
