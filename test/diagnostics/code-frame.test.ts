import test from 'ava'
import fc from 'fast-check'
import pico from 'picocolors'
import { codeFrame } from '../../generator/diagnostics/code-frame.js'

const plain = pico.createColors(false)
const frame = (source: string, line: number, column: number, length: number) =>
  codeFrame(source, { file: 'x.ts', line, column, length }, plain)

test('two lines before and two after are shown, numbered and aligned', (t) => {
  const source = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join('\n')
  t.is(frame(source, 9, 6, 1), '   7 | line 7\n   8 | line 8\n   9 | line 9\n     |      ^\n  10 | line 10\n  11 | line 11')
})

test('at the ends of a file there are fewer lines, and the line feed that ends it is no line', (t) => {
  t.is(frame('one\ntwo\n', 1, 1, 3), '  1 | one\n    | ^^^\n  2 | two')
  t.is(frame('one\r\ntwo\r\n', 2, 2, 1), '  1 | one\n  2 | two\n    |  ^')
})

test('tabs become two spaces, before the carets too', (t) => {
  t.is(frame('\t\tkey: 1', 1, 3, 3), '  1 |     key: 1\n    |     ^^^')
})

test('characters of two columns move the carets by two', (t) => {
  t.is(frame(`'日本' + '🚪', bad`, 1, 14, 3), `  1 | '日本' + '🚪', bad\n    | ${' '.repeat(15)}^^^`)
})

test('a long line is cut around the mark, and its neighbours with it', (t) => {
  const source = `${'a'.repeat(300)}\n${'b'.repeat(200)}XXX${'c'.repeat(97)}\nshort`
  const [before, marked, carets, after] = frame(source, 2, 201, 3).split('\n')
  t.is(marked, `  2 | …${'b'.repeat(40)}XXX${'c'.repeat(77)}…`)
  t.is(carets?.indexOf('^'), marked?.indexOf('XXX'))
  t.is(before?.length, marked?.length)
  t.is(after, '  3 |')
})

test('control characters of a source do not reach the terminal', (t) => {
  t.is(frame('a\u001b[31mb\u0007', 1, 1, 1), '  1 | a\ufffd[31mb\ufffd\n    | ^')
})

test('a span past the end of its file or line is no failure', (t) => {
  t.is(frame('one', 5, 1, 1), '')
  t.is(frame('one', 1, 9, 4), '  1 | one\n    |    ^')
})

test('with colors the text is the same', (t) => {
  const colored = codeFrame('one\ntwo', { file: 'x.ts', line: 2, column: 1, length: 3 }, pico.createColors(true))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colors
  t.is(colored.replace(/\u001b\[\d+m/g, ''), frame('one\ntwo', 2, 1, 3))
  t.not(colored, frame('one\ntwo', 2, 1, 3))
})

test('the carets stand under the marked text, wherever it is', (t) => {
  const word = fc.stringMatching(/^[a-z ]{0,150}$/)
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 4 }), (left, others) => {
      const source = [...others, `${left}MARK${left}`, ...others].join('\n')
      const rows = frame(source, others.length + 1, left.length + 1, 4).split('\n')
      const carets = rows.findIndex((row) => row.includes('^'))
      t.is(rows[carets]?.indexOf('^^^^'), rows[carets - 1]?.indexOf('MARK'))
    }),
  )
})
