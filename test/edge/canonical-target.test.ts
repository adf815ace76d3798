import test from 'ava'
import fc from 'fast-check'
import { canonicalTarget } from '../../runtime/edge/canonical-target.js'

const accepted = test.macro({
  exec(t, given: string, path: string, queryString = '') {
    t.deepEqual(canonicalTarget(given), { path, queryString })
  },
  title: (_, given) => `accepts ${given}`,
})

const refused = test.macro({
  exec(t, given: string) {
    t.true('reason' in canonicalTarget(given))
  },
  title: (_, given) => `refuses ${JSON.stringify(given)}`,
})

for (const row of [
  ['/', '/'],
  ['/a/b', '/a/b'],
  ['/a/', '/a/'],
  ['/a?x=1&y=%zz;b', '/a', 'x=1&y=%zz;b'],
  ['/a?', '/a'],
  ['/%7Euser/%61%2D', '/~user/a-'],
  ['/a%20b/%c3%a9', '/a%20b/%C3%A9'],
  ['/a;v=1/b', '/a;v=1/b'],
  ['/a/;v=1', '/a/;v=1'],
  ['/.well-known/x', '/.well-known/x'],
  ['/a...b/..c', '/a...b/..c'],
  ['/@scope/name:1', '/@scope/name:1'],
] as const)
  test(accepted, ...(row as readonly [string, string, string?]))

for (const target of [
  '/public/../admin',
  '/./a',
  '/a/.',
  '/%2e%2e/admin',
  '/.%2E/admin',
  '/public/..\\admin',
  '/a%2fb',
  '/a%5Cb',
  '/a%00.png',
  '/public/..;/admin',
  '/public/..;a=b/admin',
  '/%2e;x/a',
  '/public/..%3b/admin',
  '/;/admin',
  '/;a=b/admin',
  '/%3B/admin',
  '/%c0%af',
  '/%c0%ae%c0%ae/admin',
  '/%e0%80%af',
  '/%ff',
  '/caf%e9',
  '//admin',
  '/a//b',
  '/a/b//',
  '/a#b',
  '/a b',
  '/a\tb',
  '/%zz',
  '/%',
  '/\u00e9',
  '/a|b',
  '/a?x=\u0001',
  '/a?x#y',
])
  test(refused, target)

/** Targets that look like attacks: pieces of escapes, dots, separators and letters. */
const targets = fc
  .array(
    fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2E',
      '%2f',
      '%5c',
      '\\',
      ';',
      'a',
      'Z',
      '%61',
      '%25',
      '%',
      '~',
      '%7e',
      '?',
      '#',
      '&',
      '=',
      ' ',
      '@',
      ':',
      '%c3%a9',
      '%00',
    ),
    { maxLength: 12 },
  )
  .map((pieces) => `/${pieces.join('')}`)

for (const [given, path] of [
  ['/@scope%2fname', '/@scope%2Fname'],
  ['/a%2Fb/-/b-1.tgz', '/a%2Fb/-/b-1.tgz'],
  ['/a%252f..', '/a%252f..'],
  ['/a%2f', '/a%2F'],
] as const)
  test(`keeps the encoded slash of ${given} where it may`, (t) => {
    t.deepEqual(canonicalTarget(given, true), { path, queryString: '' })
  })

for (const given of [
  '/..%2fadmin',
  '/a%2f..%2fb',
  '/a/%2e%2e%2fb',
  '/a%2f.;x',
  '/%2fadmin',
  '/a%2f/b',
  '/a%2f%2Fb',
  '/a%2fb%5cc',
  '/a%2f%00',
])
  test(`refuses ${given} also where encoded slashes are kept`, (t) => {
    t.true('reason' in canonicalTarget(given, true))
  })

test('with encoded slashes kept, what it accepts has no dot segment in either reading', (t) => {
  fc.assert(
    fc.property(targets, (target) => {
      const once = canonicalTarget(target, true)
      if ('reason' in once) return
      t.deepEqual(canonicalTarget(once.path, true), { path: once.path, queryString: '' })
      const decoded = once.path.replaceAll('%2F', '/')
      t.is(new URL(`http://gateway${decoded}`).pathname, decoded)
    }),
    { numRuns: 20_000 },
  )
})

test('what it accepts is canonical already, and reads the same to a WHATWG parser', (t) => {
  fc.assert(
    fc.property(targets, (target) => {
      const once = canonicalTarget(target)
      if ('reason' in once) return
      const sent = once.queryString === '' ? once.path : `${once.path}?${once.queryString}`
      t.deepEqual(canonicalTarget(sent), once)
      t.is(new URL(`http://gateway${sent}`).pathname, once.path)
    }),
    { numRuns: 20_000 },
  )
})
