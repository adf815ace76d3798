import test from 'ava'
import { type MatchOptions, type Method, route } from 'gatewright'
import { issuesOf, users } from './resolve.js'

const at = (method: Method, path: string, match?: MatchOptions) => route({ method, path, upstream: users, ...(match && { match }) })
const codes = (...routes: ReturnType<typeof at>[]) =>
  issuesOf(Object.fromEntries(routes.map((value, index) => [`r${index}`, value]))).map(({ code, path }) => `${code} ${String(path[1])}`)

test('the same method and path twice is a duplicate', (t) => {
  t.deepEqual(codes(at('GET', '/a'), at('GET', '/a')), ['GW1204 r1'])
})

test('another name for a parameter is the same path under another name', (t) => {
  t.deepEqual(codes(at('GET', '/a/{id}'), at('GET', '/a/{name}')), ['GW1205 r1'])
})

test('other methods, literals, patterns and wildcards are other routes', (t) => {
  t.deepEqual(
    codes(
      at('GET', '/a/{id}'),
      at('POST', '/a/{id}'),
      at('GET', '/a/me'),
      at('GET', '/a/{id:[0-9]+}'),
      at('GET', '/a/{rest*}'),
      at('*', '/a/{id}'),
      at('GET', '/a/{id}/'),
    ),
    [],
  )
})

test('a condition tells two routes apart, in either order', (t) => {
  const conditional = at('GET', '/a', { headers: { 'x-kind': 'b' } })
  t.deepEqual(codes(at('GET', '/a'), conditional), [])
  t.deepEqual(codes(conditional, at('GET', '/a')), [])
})

test('a route whose conditions include an earlier one’s can never run', (t) => {
  const wide = at('GET', '/a', { headers: { 'x-kind': 'b' } })
  const narrow = at('GET', '/a', { headers: { 'x-kind': 'b' }, query: { v: '2' } })
  t.deepEqual(codes(wide, narrow), ['GW1205 r1'])
  t.deepEqual(codes(narrow, wide), [])
})

test('the same conditions twice are a duplicate, whatever their order', (t) => {
  const first = at('GET', '/a', { headers: { a: '1', b: '2' } })
  const second = at('GET', '/a', { headers: { b: '2', a: '1' } })
  t.deepEqual(codes(first, second), ['GW1204 r1'])
})

test('a host is a condition', (t) => {
  t.deepEqual(
    codes(at('GET', '/a', { host: 'a.example' }), at('GET', '/a', { host: 'b.example' }), at('GET', '/a', { host: 'A.example' })),
    ['GW1204 r2'],
  )
})

test('the first route is named as the other place', (t) => {
  const issues = issuesOf({ one: at('GET', '/a'), two: at('GET', '/a') })
  t.is(issues[0]?.related?.message, '`one` is declared here')
})

const shadows: readonly [earlier: MatchOptions, later: MatchOptions, shadowed: boolean][] = [
  [{ cookies: { a: '1' } }, { cookies: { a: '1' } }, true],
  [{ cookies: { a: '1' } }, { headers: { a: '1' } }, false],
  [{ headers: { a: { present: true } } }, { headers: { a: 'x' } }, true],
  [{ headers: { a: { present: true } } }, { headers: { a: { pattern: 'x' } } }, true],
  [{ headers: { a: { present: false } } }, { headers: { a: 'x' } }, false],
  [{ headers: { a: { present: true } } }, { headers: { a: { present: false } } }, false],
  [{ headers: { a: { prefix: 'x' } } }, { headers: { a: 'xy' } }, true],
  [{ headers: { a: { prefix: 'x' } } }, { headers: { a: { prefix: 'xy' } } }, true],
  [{ headers: { a: { prefix: 'xy' } } }, { headers: { a: { prefix: 'x' } } }, false],
  [{ headers: { a: { pattern: '^x' } } }, { headers: { a: 'xy' } }, true],
  [{ headers: { a: { pattern: '^x' } } }, { headers: { a: 'yx' } }, false],
  [{ host: '*.example.org' }, { host: 'a.example.org' }, true],
  [{ host: '*.example.org' }, { host: 'a.b.example.org' }, false],
]
for (const [earlier, later, shadowed] of shadows)
  test(`${JSON.stringify(earlier)} ${shadowed ? 'hides' : 'does not hide'} ${JSON.stringify(later)}`, (t) => {
    t.is(codes(at('GET', '/a', earlier), at('GET', '/a', later)).length, shadowed ? 1 : 0)
  })
