import test from 'ava'
import fc from 'fast-check'
import { parsePath } from '../../sdk/path.js'

test('a path is literal segments, parameters with or without a pattern, and a last wildcard', (t) => {
  t.deepEqual(parsePath('/users/{id:[0-9]+}/files/{name}/{rest*}'), {
    segments: [
      { kind: 'literal', text: 'users' },
      { kind: 'param', name: 'id', pattern: '[0-9]+' },
      { kind: 'literal', text: 'files' },
      { kind: 'param', name: 'name', pattern: undefined },
      { kind: 'wildcard', name: 'rest' },
    ],
    names: ['id', 'name', 'rest'],
  })
})

test('a trailing slash is an empty last segment, and the root is only that', (t) => {
  t.deepEqual(parsePath('/'), { segments: [{ kind: 'literal', text: '' }], names: [] })
  t.deepEqual(parsePath('/a/'), {
    segments: [
      { kind: 'literal', text: 'a' },
      { kind: 'literal', text: '' },
    ],
    names: [],
  })
})

const refused: [string, RegExp][] = [
  ['users', /does not start with "\/"/],
  ['', /does not start with "\/"/],
  ['//users', /empty segment/],
  ['/a//b', /empty segment/],
  ['/a/../b', /dot segment "\.\."/],
  ['/./b', /dot segment "\."/],
  ['/a b', /do not stand unencoded/],
  ['/a%2', /do not stand unencoded/],
  ['/a?b', /do not stand unencoded/],
  ['/ü', /do not stand unencoded/],
  ['/v{id}', /not one whole parameter/],
  ['/{id}.json', /not one whole parameter/],
  ['/{1d}', /not one whole parameter/],
  ['/{}', /not one whole parameter/],
  ['/{id', /not one whole parameter/],
  ['/{rest*}/more', /must be the last segment/],
  ['/{id:(}', /bad regular expression in \{id\}/],
  ['/{id}/x/{id}', /\{id\} appears twice/],
  ['/{a}/{b}/{a*}', /\{a\} appears twice/],
]
for (const [path, reason] of refused)
  test(`${JSON.stringify(path)} is refused`, (t) => {
    const parsed = parsePath(path)
    t.regex('problem' in parsed ? parsed.problem : 'accepted', reason)
  })

test('every path of well-formed segments is accepted and reads back the same', (t) => {
  const literal = fc.stringMatching(/^[A-Za-z0-9_~-]{1,8}$/)
  fc.assert(
    fc.property(fc.array(literal, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 5 }), (texts, at) => {
      const segments = texts.map((text, index) => (index === at % texts.length ? '{id}' : text))
      const parsed = parsePath(`/${segments.join('/')}`)
      t.true('segments' in parsed)
      if (!('segments' in parsed)) return
      t.deepEqual(
        parsed.segments.map((segment) => (segment.kind === 'literal' ? segment.text : `{${segment.name}}`)),
        segments,
      )
      t.deepEqual(parsed.names, ['id'])
    }),
  )
})

test('parsing never throws, whatever the text', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', '{', '}', '*', ':', 'a', '(', '[', '%', '.', '1') }), (text) => {
      t.notThrows(() => parsePath(text))
    }),
  )
})
