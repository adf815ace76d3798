import test from 'ava'
import { type HeaderValues, ip, type Key, Problem, type QueryOptions, query, route, upstream } from 'gatewright'
import { compileQuery } from '../../runtime/policies/query.js'
import { queryDefinition } from '../../sdk/policies/query.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { compileContext, policyExchange } from './policy-exchange.js'

const reading = (value: unknown): Key<never, string> => ({ label: 'test', read: () => value as string })

function run(options: QueryOptions<HeaderValues, HeaderValues>, given: string): string {
  const exchange = policyExchange()
  exchange.setUpstreamQuery(given)
  compileQuery(queryDefinition.options.parse(query(options).options), compileContext().context).request?.(exchange)
  return exchange.upstreamQuery
}

const cases: readonly (readonly [QueryOptions<HeaderValues, HeaderValues>, given: string, sent: string])[] = [
  [{}, 'a=%7e&&b=+&c', 'a=%7e&&b=+&c'],
  [{ remove: ['a b'] }, 'a+b=1&a%20b=2&c=3', 'c=3'],
  [{ rename: { q: 'te rm' } }, 'q=a%26b&x=1&q', 'te%20rm=a%26b&x=1&te%20rm'],
  [{ set: { a: 'x&y=z' } }, 'a=1&b=2&%61=3', 'b=2&a=x%26y%3Dz'],
  [{ set: { a: '1' } }, '', 'a=1'],
  [{ add: { a: '2', n: ip } }, 'a=1', 'a=1&a=2&n=192.0.2.7'],
  [{ set: { a: reading(undefined) }, add: { b: reading(null) } }, 'a=1&b=2', 'b=2'],
  [{ remove: ['a'], rename: { b: 'a' }, set: { c: '1' }, add: { a: '9' } }, 'a=1&b=2&c=3', 'a=2&c=1&a=9'],
  [{ rename: { b: 'c' }, set: { c: '1' } }, 'b=2', 'c=1'],
  [{ remove: ['%'] }, '%=1&%zz=2', '%zz=2'],
]
for (const [options, given, sent] of cases)
  test(`${JSON.stringify(options)} makes "${sent}" of "${given}"`, (t) => {
    t.is(run(options, given), sent)
  })

for (const value of ['\ud800', ['a'], { a: 1 }])
  test(`a key that reads ${JSON.stringify(value)} refuses the request`, (t) => {
    const error = t.throws(() => run({ set: { a: reading(value) } }, ''), { instanceOf: Problem }) as Problem
    t.is(error.code, 'BAD_REQUEST')
  })

for (const lifecycle of LANES)
  test(`${lifecycle}: the upstream gets the edited query`, async (t) => {
    const up = await startUpstream(t)
    const use = { edits: query({ remove: ['debug'], set: { limit: '20' } }) }
    const gateway = await startGateway(t, {
      get: route({ method: 'GET', path: '/a', upstream: upstream('up', { targets: [up.url] }), lifecycle, use }),
    })
    await (await fetch(`${gateway.url}/a?debug=1&x=%7e`)).text()
    await (await fetch(`${gateway.url}/a`)).text()
    t.deepEqual(
      up.requests.map(({ url }) => url),
      ['/a?x=%7e&limit=20', '/a?limit=20'],
    )
  })
