import test from 'ava'
import { group, type RouteTree, route, versions } from 'gatewright'
import { issuesOf, users } from './resolve.js'

const api = versions({ header: 'x-api-version', known: ['1', '2'], default: '2' })
const lines = (routes: RouteTree) => issuesOf(routes).map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`)
const at = { method: 'GET', path: '/a', upstream: users } as const

test('versions tell routes apart, and one version twice is a duplicate', (t) => {
  t.deepEqual(lines({ a: route({ ...at, version: api('1') }), b: route({ ...at, version: api('2') }) }), [])
  t.is(lines({ a: route({ ...at, version: api('2') }), b: route({ ...at, version: api('2') }) })[0]?.slice(0, 6), 'GW1204')
})

test('versions that cannot be used are refused', (t) => {
  // @ts-expect-error There is no version 3.
  t.deepEqual(lines({ a: route({ ...at, version: api('3') }) }), ['GW1270 routes.a.version: there is no version "3"'])
  // @ts-expect-error A text is no version.
  t.deepEqual(lines({ a: route({ ...at, version: '2' }) }), ['GW1270 routes.a.version: expected a version, got "2"'])
  t.deepEqual(lines({ a: group({ version: api('1') }).route({ ...at, version: api('2') }) }), [
    'GW1270 routes.a.version: the group has a version already',
  ])
  t.deepEqual(lines({ a: route({ ...at, version: api('1'), match: { headers: { 'X-Api-Version': '1' } } }) }), [
    'GW1270 routes.a.match.headers.x-api-version: the version of the route is read from here already',
  ])
})

test('the options of versions are checked', (t) => {
  // @ts-expect-error The default must be known.
  const unknown = versions({ query: 'v', known: ['1'], default: '2' })
  t.regex(lines({ a: route({ ...at, version: unknown('1') }) })[0] ?? '', /GW1002 .*the default "2" is not among/)
})
