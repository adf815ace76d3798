import test from 'ava'
import { buildRouteTable, type Routable } from '../../runtime/routing/route-table.js'
import { parsePath } from '../../sdk/path.js'
import type { ResolvedMatch } from '../../sdk/resolved.js'

interface Entry extends Routable {
  readonly name: string
}

function entry(name: string, method: Routable['method'], path: string, match?: Partial<ResolvedMatch>): Entry {
  const template = parsePath(path)
  if ('problem' in template) throw new Error(template.problem)
  return {
    name,
    method,
    segments: template.segments,
    paramNames: template.names,
    encodedSlashes: 'reject',
    match: match && { host: undefined, conditions: [], ...match },
  }
}

const header = (name: string, equals: string) => ({ conditions: [{ source: 'header' as const, name, equals, pattern: undefined }] })
const subject = (headers: Record<string, string> = {}, queryString = '') => ({ req: { headers } as never, queryString })

const table = buildRouteTable([
  entry('one', 'GET', '/users/{id}'),
  entry('digits', 'GET', '/users/{id:[0-9]+}'),
  entry('me', 'GET', '/users/me'),
  entry('create', 'POST', '/users'),
  entry('any', '*', '/any/{rest*}'),
  entry('anyGet', 'GET', '/any/{rest*}'),
  entry('beta', 'GET', '/flags/{id}', header('x-beta', '1')),
  entry('tenant', 'GET', '/host', { host: '*.example.org' }),
  entry('plainHost', 'GET', '/host'),
  entry('page', 'GET', '/query', { conditions: [{ source: 'query', name: 'v', equals: undefined, pattern: /^2/ }] }),
  entry('fallback', 'GET', '/{path*}'),
  entry('slash', 'GET', '/slash/'),
  entry('colon', 'GET', '/a:b/%C3%A9'),
])

const rows = [
  ['a literal before a parameter', 'GET', '/users/me', 'me', {}],
  ['a parameter with a pattern before one without', 'GET', '/users/12', 'digits', { id: '12' }],
  ['a parameter', 'GET', '/users/ann', 'one', { id: 'ann' }],
  ['the decoded value of a parameter', 'GET', '/users/a%20b%2Bc', 'one', { id: 'a b+c' }],
  ['HEAD by the GET route', 'HEAD', '/users/me', 'me', {}],
  ['any method by `*`', 'PROPFIND', '/any/x/y', 'any', { rest: 'x/y' }],
  ['a named method before `*`', 'GET', '/any/x', 'anyGet', { rest: 'x' }],
  ['a wildcard last', 'GET', '/nowhere/else', 'fallback', { path: 'nowhere/else' }],
  ['a wildcard before an empty parameter', 'GET', '/users/', 'fallback', { path: 'users/' }],
  ['a wildcard that is empty', 'GET', '/any/', 'anyGet', { rest: '' }],
  ['a literal with a slash at its end', 'GET', '/slash/', 'slash', {}],
  ['a wildcard for the root', 'GET', '/', 'fallback', { path: '' }],
  ['a literal with a colon and an escape', 'GET', '/a:b/%C3%A9', 'colon', {}],
] as const

for (const [title, method, path, name, params] of rows) {
  test(`matches ${title}`, (t) => {
    const found = table.match(method, path, subject())
    t.is(found?.entry.name, name)
    t.deepEqual({ ...found?.params }, params)
  })
}

test('falls back to a less specific route where a condition does not hold', (t) => {
  t.is(table.match('GET', '/flags/1', subject({ 'x-beta': '1' }))?.entry.name, 'beta')
  t.is(table.match('GET', '/flags/1', subject({ 'x-beta': '2' }))?.entry.name, 'fallback')
})

test('matches hosts with a wildcard label, case and port aside', (t) => {
  t.is(table.match('GET', '/host', subject({ host: 'Shop.Example.org:8080' }))?.entry.name, 'tenant')
  t.is(table.match('GET', '/host', subject({ host: 'a.b.example.org' }))?.entry.name, 'plainHost')
  t.is(table.match('GET', '/host', subject({ host: 'example.org' }))?.entry.name, 'plainHost')
})

test('matches a query parameter by pattern', (t) => {
  t.is(table.match('GET', '/query', subject({}, 'v=21'))?.entry.name, 'page')
  t.is(table.match('GET', '/query', subject({}, 'v=1'))?.entry.name, 'fallback')
})

test('says which methods a path has', (t) => {
  t.deepEqual(table.allowed('/users', subject()), ['GET', 'HEAD', 'POST'])
  t.is(table.match('DELETE', '/users', subject()), undefined)
})

test('never routes CONNECT or TRACE', (t) => {
  t.is(table.match('TRACE', '/any/x', subject()), undefined)
  t.is(table.match('CONNECT', '/any/x', subject()), undefined)
})
