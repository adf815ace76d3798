import test from 'ava'
import pico from 'picocolors'
import { formatIssues } from '../../generator/diagnostics/format-issues.js'
import { issuesJson } from '../../generator/diagnostics/issues-json.js'
import type { LocatedIssue } from '../../generator/diagnostics/place-issues.js'
import { createProject } from '../cli/create-project.js'

const plain = pico.createColors(false)

const issue = (more: Partial<LocatedIssue>): LocatedIssue => ({
  code: 'GW1002',
  path: ['routes', 'a', 'path'],
  message: 'expected more',
  position: undefined,
  related: undefined,
  ...more,
})
const at = (file: string, line: number, column = 1) => ({ file, line, column, length: 1 })

test('an issue without a place is its message and its help, without a count of files', (t) => {
  const text = formatIssues([issue({ code: 'GW1904', path: [], message: 'no', hint: 'do' })], '/', plain)
  t.is(text, 'error[GW1904]: no\n  help: do\n')
})

test('issues are sorted by file, line and column, and those without a place come first', async (t) => {
  const cwd = await createProject(t, {})
  const issues = [
    issue({ message: 'five', position: at(`${cwd}/b.ts`, 1) }),
    issue({ message: 'four', position: at(`${cwd}/a.ts`, 10, 2) }),
    issue({ message: 'three', position: at(`${cwd}/a.ts`, 10) }),
    issue({ message: 'two', position: at(`${cwd}/a.ts`, 9) }),
    issue({ message: 'one' }),
  ]
  const text = formatIssues(issues, cwd, plain)
  t.deepEqual(
    [...text.matchAll(/: (\w+)\n/g)].map(([, word]) => word),
    ['one', 'two', 'three', 'four', 'five'],
  )
  t.regex(text, /\n5 problems in 2 files\n$/)
})

test('twenty issues are printed, and the rest are counted', async (t) => {
  const cwd = await createProject(t, { 'a.ts': 'x' })
  const issues = Array.from({ length: 23 }, (_, index) => issue({ position: at(`${cwd}/a.ts`, 1, index + 1) }))
  const text = formatIssues(issues, cwd, plain)
  t.is(text.match(/error\[/g)?.length, 20)
  t.regex(text, /\n… and 3 more\n\n23 problems in 1 file\n$/)
  t.is((issuesJson(issues, cwd) as { issues: unknown[] }).issues.length, 23)
})

test('a file outside the working directory is named in full', (t) => {
  const text = formatIssues([issue({ position: at('/elsewhere/a.ts', 3, 7) })], '/here', plain)
  t.is(text, 'error[GW1002] routes.a.path: expected more\n  --> /elsewhere/a.ts:3:7\n\n1 problem in 1 file\n')
})

test('a message cannot command the terminal', (t) => {
  const text = formatIssues([issue({ message: 'a\u001b]0;title\u0007', path: [] })], '/', plain)
  t.is(text, 'error[GW1002]: a\ufffd]0;title\ufffd\n')
})
