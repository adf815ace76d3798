import { readFileSync } from 'node:fs'
import { isAbsolute, relative, sep } from 'node:path'
import type { Colors } from 'picocolors/types.js'
import { formatPath } from '../../sdk/config-error.js'
import { codeFrame } from './code-frame.js'
import type { LocatedIssue } from './place-issues.js'
import { printable } from './printable.js'
import type { SourceSpan } from './source-span.js'

/** Issues printed in full; the rest are counted. */
const MOST_PRINTED = 20

/** A file as it is shown: from the working directory if it is inside, else whole. */
export function displayFile(file: string, cwd: string): string {
  const path = relative(cwd, file)
  return path.startsWith('..') || isAbsolute(path) ? file : path.split(sep).join('/')
}

/** By file, line and column; issues without a place come first. */
export function sortIssues(issues: readonly LocatedIssue[]): readonly LocatedIssue[] {
  const key = ({ position }: LocatedIssue) => position?.file ?? ''
  return [...issues].sort((a, b) => {
    if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1
    return (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0)
  })
}

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`

/**
 * Prints issues for a person: message, place, source and help of each, and their number.
 * `texts` are sources that are known already, by file; others are read.
 */
export function formatIssues(
  issues: readonly LocatedIssue[],
  cwd: string,
  colors: Colors,
  texts: ReadonlyMap<string, string> = new Map(),
): string {
  const sources = new Map(texts)
  const read = (file: string) => {
    if (!sources.has(file)) sources.set(file, readIfThere(file))
    return sources.get(file) ?? ''
  }
  const placed = issues.filter(({ position }) => position)
  const printed = sortIssues(issues).slice(0, MOST_PRINTED)
  const blocks = printed.map((issue) => formatIssue(issue, cwd, colors, read))
  if (issues.length > printed.length) blocks.push(colors.dim(`… and ${issues.length - printed.length} more`))
  if (placed.length > 0) {
    const files = new Set(placed.map(({ position }) => position?.file))
    blocks.push(colors.bold(`${counted(issues.length, 'problem')} in ${counted(files.size, 'file')}`))
  }
  return `${blocks.join('\n\n')}\n`
}

function formatIssue(issue: LocatedIssue, cwd: string, colors: Colors, read: (file: string) => string): string {
  const { code, path, message, hint, position, related } = issue
  const where = path.length > 0 ? ` ${printable(formatPath(path))}` : ''
  const at = (span: SourceSpan) => `${colors.cyan('-->')} ${displayFile(span.file, cwd)}:${span.line}:${span.column}`
  const rows = [`${colors.bold(colors.red(`error[${code}]`))}${colors.bold(where)}: ${printable(message)}`]
  if (position) {
    rows.push(`  ${at(position)}`)
    const frame = codeFrame(read(position.file), position, colors)
    if (frame !== '') rows.push(frame)
  }
  if (hint !== undefined) rows.push(`  ${colors.green('help:')} ${printable(hint)}`)
  if (related) rows.push(`  ${colors.blue('note:')} ${printable(related.message)}${related.position ? ` ${at(related.position)}` : ''}`)
  return rows.join('\n')
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
