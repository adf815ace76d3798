import test from 'ava'
import { route, upstream } from 'gatewright'
import { issuesOf, lines, resolveRoutes } from './resolve.js'

const loose = upstream as (name: unknown, options: unknown) => ReturnType<typeof upstream>
const routesOf = (...upstreams: ReturnType<typeof upstream>[]) =>
  Object.fromEntries(upstreams.map((to, index) => [`r${index}`, route({ method: 'GET', path: `/${index}`, upstream: to })]))
const one = 'http://127.0.0.1:1'

test('a weight with round-robin is refused, with what to use instead', (t) => {
  const issues = issuesOf(routesOf(upstream('a', { targets: [one, { url: 'http://127.0.0.1:2', weight: 3 }] })))
  t.deepEqual(lines(issues), [
    'GW1002 routes.r0.upstream.targets[1].weight: a weight of 3 has no effect with `round-robin`, which takes each target in turn',
  ])
  t.is(issues[0]?.hint, 'set `balance: "weighted"` or `balance: "least-request"`')
})

test('weights are taken by the balancers that heed them, and a weight of 1 by all', (t) => {
  const targets = [one, { url: 'http://127.0.0.1:2', weight: 3 }]
  t.deepEqual(issuesOf(routesOf(upstream('a', { targets, balance: 'weighted' }), upstream('b', { targets, balance: 'least-request' }))), [])
  t.deepEqual(issuesOf(routesOf(upstream('a', { targets: [{ url: one, weight: 1 }] }))), [])
})

const refused: [string, unknown, unknown, string][] = [
  ['no target', 'a', { targets: [] }, 'GW1002 routes.r0.upstream.targets'],
  ['a target that is no URL', 'a', { targets: ['127.0.0.1:80'] }, 'GW1002 routes.r0.upstream.targets[0]'],
  ['a target with a query', 'a', { targets: [`${one}/?a=1`] }, 'GW1002 routes.r0.upstream.targets[0]'],
  ['a target with credentials', 'a', { targets: ['http://u:p@127.0.0.1'] }, 'GW1002 routes.r0.upstream.targets[0]'],
  ['a weight of 0', 'a', { targets: [{ url: one, weight: 0 }] }, 'GW1002 routes.r0.upstream.targets[0].weight'],
  [
    'a misspelt option of health',
    'a',
    { targets: [one], health: { path: '/', intervall: '5s' } },
    'GW1003 routes.r0.upstream.health.intervall',
  ],
  ['a health path without a slash', 'a', { targets: [one], health: { path: 'healthz' } }, 'GW1002 routes.r0.upstream.health.path'],
  ['a name with a space', 'a b', { targets: [one] }, 'GW1002 routes.r0.upstream'],
]
for (const [title, name, options, place] of refused)
  test(`refuses ${title}`, (t) => {
    const issues = issuesOf(routesOf(loose(name, options)))
    t.is(issues.length, 1)
    t.true(lines(issues)[0]?.startsWith(`${place}: `), lines(issues)[0])
  })

test('two upstreams of one name are refused, with the first as the other place', (t) => {
  const first = upstream('a', { targets: [one] })
  const issues = issuesOf(routesOf(first, upstream('a', { targets: [one] })))
  t.deepEqual(lines(issues), ['GW1102 routes.r1.upstream: another upstream is already named "a"'])
  t.is(issues[0]?.related?.message, 'first defined here')
})

test('one upstream on many routes is one upstream', (t) => {
  const shared = upstream('a', { targets: [one] })
  const { upstreams, routes } = resolveRoutes(routesOf(shared, shared, shared))
  t.is(upstreams.length, 1)
  t.true(routes.every((resolved) => resolved.upstream === upstreams[0]))
})
