import type { Colors } from 'picocolors/types.js'
import { printable } from './printable.js'
import type { SourceSpan } from './source-span.js'

/** Lines shown before and after the marked one. */
const CONTEXT = 2
/** Columns of source shown; longer lines are cut on both sides of the mark. */
const WIDEST = 120
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u
const NARROW_MARK = /\p{Mark}|\u200d|\ufe0f/u

/** A terminal's columns for a text. */
function widthOf(text: string): number {
  return [...text].reduce((width, character) => width + (WIDE.test(character) ? 2 : NARROW_MARK.test(character) ? 0 : 1), 0)
}

const shown = (text: string) => printable(text.replaceAll('\t', '  '))

interface Cut {
  readonly from: number
  readonly text: (line: string) => string
}

/** All lines of a frame are cut alike, so that they stay aligned. */
function cutFor(line: string, column: number): Cut {
  const from = line.length <= WIDEST || column <= WIDEST - 20 ? 0 : column - 40
  return {
    from,
    text: (whole) => {
      const part = whole.slice(from, from + WIDEST)
      return `${from > 0 && part !== '' ? '…' : ''}${shown(part)}${whole.length > from + WIDEST ? '…' : ''}`
    },
  }
}

/** Prints the lines around a span, numbered, with a run of carets under it. */
export function codeFrame(source: string, span: SourceSpan, colors: Colors): string {
  const lines = source.replace(/\r?\n$/, '').split(/\r?\n/)
  const marked = lines[span.line - 1]
  if (marked === undefined) return ''
  const first = Math.max(1, span.line - CONTEXT)
  const last = Math.min(lines.length, span.line + CONTEXT)
  const gutter = String(last).length
  const start = Math.min(span.column - 1, marked.length)
  const cut = cutFor(marked, start)
  const rows: string[] = []
  for (let number = first; number <= last; number++) {
    const text = cut.text(lines[number - 1] ?? '')
    rows.push(`${colors.dim(`${String(number).padStart(gutter)} |`)} ${text}`.trimEnd())
    if (number !== span.line) continue
    const indent = widthOf(shown(marked.slice(cut.from, start))) + (cut.from > 0 ? 1 : 0)
    const carets = Math.max(1, widthOf(shown(marked.slice(start, Math.min(start + span.length, cut.from + WIDEST)))))
    rows.push(`${colors.dim(`${' '.repeat(gutter)} |`)} ${' '.repeat(indent)}${colors.red('^'.repeat(carets))}`)
  }
  return rows.map((row) => `  ${row}`).join('\n')
}
