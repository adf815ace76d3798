import type { Level } from './row.js'
import type { Part } from './rows/index.js'

const LEVELS: Readonly<Record<Level, string>> = { must: 'MUST', should: 'SHOULD', may: 'MAY', own: 'own' }

/** How each row came out on each lane, in the order of the table. */
export type Outcomes = ReadonlyMap<string, readonly (string | undefined)[]>

const cell = (text: string) => text.replaceAll('|', '\\|')

/** Writes docs/cache-conformance.md. */
export function emitPage(table: readonly Part[], outcomes: Outcomes): string {
  const parts = table.map(({ title, rows }, part) => {
    const lines = rows.map(({ section, level, title: what }, index) => {
      const holds = [...outcomes.values()].map((all) => (all[offset(table, part) + index] === undefined ? 'holds' : 'fails'))
      return `| ${section} | ${LEVELS[level]} | ${cell(what)} | ${holds.join(' | ')} |`
    })
    return `## ${title}\n\n| section | | promise | ${[...outcomes.keys()].join(' | ')} |\n|---|---|---|${'---|'.repeat(outcomes.size)}\n${lines.join('\n')}\n`
  })
  return `# Conformance of the cache

What [\`cache\`](policies/cache.md) does with requests and responses, row by row, on both ways of forwarding. Sections are those of RFC 9111; *own* is the gateway’s choice
where the RFC leaves one, and rows I-09 to I-11 are attacks on what callers share. Each row sends requests through a gateway to an upstream that
answers as the row says, on a clock that the row sets.
Made by \`npm run cache:conformance -- --write\`; the same rows run as tests in \`test/cache-conformance/\`.

${parts.join('\n')}`
}

/** The place of a part's first row among all rows. */
export const offset = (table: readonly Part[], part: number): number => table.slice(0, part).reduce((sum, { rows }) => sum + rows.length, 0)
