import { writeFileSync } from 'node:fs'
import { parseArgs, styleText } from 'node:util'
import { type Case, MODES, type Subject } from './case.js'
import { catalogue } from './catalogue.js'
import { emitConformancePage } from './emit-page.js'
import { type Outcome, runCase } from './run-case.js'
import { openStage } from './stage.js'

/**
 * Runs every case on every mode and on stock hapi + h2o2; prints the table; `--write` renews docs/conformance.md,
 * `--only <text>` keeps the sections whose title contains the text.
 */
const SUBJECTS: readonly Subject[] = [...MODES, 'stock']
const SIGNS: Readonly<Record<Outcome['kind'], string>> = { passed: 'ok', failed: 'FAIL', explained: 'note', 'not-applicable': '–' }
const COLOURS = { passed: 'green', failed: 'red', explained: 'yellow', 'not-applicable': 'dim' } as const

/** Where the run is, on a terminal. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(40)}\r`)
}

/** What would have ended the process. */
let crash: unknown
process.on('uncaughtException', (error) => {
  crash = error
})

const { values: flags } = parseArgs({ options: { write: { type: 'boolean' }, only: { type: 'string', default: '' } } })
const sections = catalogue.filter(({ title }) => title.includes(flags.only))

const results = new Map<Case, Map<Subject, Outcome>>()
for (const subject of SUBJECTS) {
  const stage = await openStage(subject)
  for (const { cases } of sections) {
    for (const one of cases) {
      crash = undefined
      const came = await runCase(one, subject, stage)
      const outcome: Outcome = crash === undefined ? came : { kind: 'failed', reason: `ends the process: ${crash}` }
      results.set(one, (results.get(one) ?? new Map<Subject, Outcome>()).set(subject, outcome))
      progress(`${subject} ${one.id}`)
    }
  }
  await stage.close()
}
progress('')

const columns = SUBJECTS.map((subject) => subject.padEnd(9)).join('')
for (const { title, cases } of sections) {
  console.log(`\n${styleText('bold', title)}\n${'row'.padEnd(6)}${'case'.padEnd(94)}${columns}`)
  for (const one of cases) {
    const signs = SUBJECTS.map((subject) => {
      const { kind } = results.get(one)?.get(subject) ?? { kind: 'failed' as const }
      return styleText(COLOURS[kind], SIGNS[kind].padEnd(9))
    })
    console.log(`${one.id.padEnd(6)}${(one.title.length > 92 ? `${one.title.slice(0, 91)}…` : one.title).padEnd(94)}${signs.join('')}`)
  }
}

const all = [...results].flatMap(([one, outcomes]) => [...outcomes].map(([subject, outcome]) => ({ one, subject, outcome })))
const reasons = all.filter(({ outcome, subject }) => outcome.kind !== 'passed' && subject !== 'stock')
if (reasons.length > 0) console.log('')
for (const { one, subject, outcome } of reasons)
  console.log(`${one.id} ${subject} ${SIGNS[outcome.kind]}: ${one.title}: ${(outcome as { reason: string }).reason.split('\n', 1)[0]}`)

console.log('')
for (const subject of SUBJECTS) {
  const count = (kind: Outcome['kind']) => all.filter((entry) => entry.subject === subject && entry.outcome.kind === kind).length
  console.log(
    `${subject.padEnd(9)} ${count('passed')} hold, ${count('failed')} fail, ${count('explained')} explained, ${count('not-applicable')} not applicable`,
  )
}
if (flags.write) writeFileSync(new URL('../../docs/conformance.md', import.meta.url), emitConformancePage(results))
process.exitCode = all.some(({ outcome, subject }) => outcome.kind === 'failed' && subject !== 'stock') ? 1 : 0
