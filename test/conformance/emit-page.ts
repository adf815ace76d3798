import { type Case, MODES, type Subject } from './case.js'
import { catalogue } from './catalogue.js'
import { ELSEWHERE } from './elsewhere.js'
import type { Outcome } from './run-case.js'

const SIGNS: Readonly<Record<Outcome['kind'], string>> = {
  passed: 'holds',
  failed: '**fails**',
  explained: 'see note',
  'not-applicable': '–',
}
const COLUMNS: readonly Subject[] = [...MODES, 'stock']

/** The page of results: a table per section, then the reasons for every row that does not hold or does not apply. */
export function emitConformancePage(results: ReadonlyMap<Case, ReadonlyMap<Subject, Outcome>>): string {
  const lines = [
    '# Conformance',
    '',
    'What the gateway does with requests and responses that proxies get wrong, case by case, on each way of forwarding:',
    '*streamed* and *buffered* are the direct lane, *hapi* the hapi lane; *stock* is @hapi/hapi with @hapi/h2o2 as they come.',
    'Each case sends bytes on a TCP socket and looks at the bytes that the upstream received.',
    'Made by `npm run conformance -- --write`; the same cases run as tests in `test/conformance/`.',
    '',
  ]
  for (const { title, cases } of catalogue) {
    lines.push(`## ${title}`, '', `| row | case | ${COLUMNS.join(' | ')} |`, `|---|---|${COLUMNS.map(() => '---').join('|')}|`)
    for (const one of cases) {
      const cells = COLUMNS.map((subject) => {
        const kind = results.get(one)?.get(subject)?.kind
        return subject === 'stock' && kind === 'failed' ? 'fails' : SIGNS[kind ?? 'failed']
      })
      lines.push(`| ${one.id} | ${one.title.replaceAll('|', '\\|')} | ${cells.join(' | ')} |`)
    }
    lines.push('', ...notesOf(cases, results), '')
  }
  lines.push('## Held by other tests', '', 'Rows whose cases are no single exchange.', '', '| row | what | tests |', '|---|---|---|')
  for (const { id, title, tests, exception } of ELSEWHERE)
    lines.push(`| ${id} | ${title}${exception ? `. Not held: ${exception}` : ''} | ${tests.map((file) => `\`${file}\``).join(', ')} |`)
  return `${lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`
}

function notesOf(cases: readonly Case[], results: ReadonlyMap<Case, ReadonlyMap<Subject, Outcome>>): string[] {
  const notes = cases.flatMap((one) => {
    const byReason = new Map<string, Subject[]>()
    for (const mode of MODES) {
      const outcome = results.get(one)?.get(mode)
      if (outcome && outcome.kind !== 'passed') byReason.set(outcome.reason, [...(byReason.get(outcome.reason) ?? []), mode])
    }
    return [...byReason].map(([reason, modes]) => `- ${one.id}, ${one.title} (${modes.join(', ')}): ${reason}`)
  })
  return notes.length === 0 ? [] : ['Notes:', '', ...notes]
}
