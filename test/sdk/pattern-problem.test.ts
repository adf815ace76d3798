import test from 'ava'
import { patternProblem } from '../../sdk/pattern-problem.js'

for (const source of ['(a+)+', '((a*)b)*', '(?:a|b{2,})+?', '([a-z]+-)*x', '(?<n>\\d+)+', '(a(b+)c){3,}', '(\\)+)*'])
  test(`${source} could take for ever`, (t) => {
    t.regex(patternProblem(source) ?? '', /^a repetition inside a repetition/)
  })

for (const source of [
  '[0-9]+',
  '(a+)b+',
  '(?:[0-9a-f]{4}-){3}[0-9a-f]+',
  '(a|b)*c*',
  '[(a+)+]*',
  '\\(a+\\)+',
  '(a{1,5})+',
  '(?:x)+y+',
  'a{,5}',
  '[^]*',
  '',
])
  test(`${source} is taken`, (t) => {
    t.is(patternProblem(source), undefined)
  })

test('a source that is none is named', (t) => {
  t.is(patternProblem('('), 'Unterminated group')
})
