import test from 'ava'
import { discover, dns, file, ip, route, upstream } from 'gatewright'
import { z } from 'zod'
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
  ['targets that are a text', 'a', { targets: one }, 'GW1002 routes.r0.upstream.targets'],
  [
    'a port of SRV',
    'a',
    { targets: dns('_h._tcp.a', { type: 'SRV', port: 1 }), balance: 'weighted' },
    'GW1002 routes.r0.upstream.targets.port',
  ],
  ['SRV in turn', 'a', { targets: dns('_h._tcp.a', { type: 'SRV' }) }, 'GW1002 routes.r0.upstream.targets.type'],
  ['a name that is none', 'a', { targets: dns('a b') }, 'GW1002 routes.r0.upstream.targets.name'],
  ['a name server by name', 'a', { targets: dns('a', { servers: ['ns.a'] }) }, 'GW1002 routes.r0.upstream.targets.servers[0]'],
  ['TTLs that cross', 'a', { targets: dns('a', { maxTtl: '500ms' }) }, 'GW1002 routes.r0.upstream.targets.maxTtl'],
  ['a misspelt option of dns', 'a', { targets: dns('a', { stael: '1m' } as object) }, 'GW1003 routes.r0.upstream.targets.stael'],
  ['HTTP/2 without TLS at a name', 'a', { targets: dns('a'), http2: true }, 'GW1002 routes.r0.upstream.targets.scheme'],
  ['subsets of a name', 'a', { targets: dns('a'), subset: { header: 'x-a', label: 'a' } }, 'GW1002 routes.r0.upstream.subset.label'],
  ['a list for discover', 'a', { targets: discover([one] as never) }, 'GW1002 routes.r0.upstream.targets.discover'],
  ['a file without a path', 'a', { targets: file('') }, 'GW1002 routes.r0.upstream.targets.file'],
  ['a start that is no word', 'a', { targets: [one], start: 'later' }, 'GW1002 routes.r0.upstream.start'],
  ['a body of a probe by TCP', 'a', { targets: [one], health: { type: 'tcp', body: z.string() } }, 'GW1002 routes.r0.upstream.health.body'],
  ['a body that is no schema', 'a', { targets: [one], health: { path: '/', body: 'ok' } }, 'GW1002 routes.r0.upstream.health.body'],
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

const two = [one, 'http://127.0.0.1:2']
const keyed = upstream('keyed', { targets: two, balance: 'consistent-hash' })

test('a route over an upstream that hashes needs a key, and no other may have one', (t) => {
  t.deepEqual(lines(issuesOf({ get: route({ method: 'GET', path: '/', upstream: keyed }) })), [
    'GW1320 routes.get: the upstream "keyed" balances by a key, and there is no `affinity`',
  ])
  t.deepEqual(issuesOf({ get: route({ method: 'GET', path: '/', upstream: keyed, affinity: ip }) }), [])
  const plain = upstream('plain', { targets: two })
  t.deepEqual(lines(issuesOf({ get: route({ method: 'GET', path: '/', upstream: plain, affinity: ip }) })), [
    'GW1321 routes.get.affinity: the upstream "plain" has `balance: "round-robin"`, which takes no key',
  ])
})

test('two upstreams may not share an affinity cookie', (t) => {
  const [a, b] = ['a', 'b'].map((name) => upstream(name, { targets: two, sticky: { cookie: 'c' } }))
  t.deepEqual(lines(issuesOf(routesOf(a as typeof keyed, b as typeof keyed))), [
    'GW1322 routes: the upstreams "a" and "b" both have the affinity cookie `c`',
  ])
})

const idle: [string, object, string][] = [
  ['slow start with round-robin', { slowStart: { window: '10s' } }, 'slowStart'],
  ['options of another balancer', { peakEwma: {} }, 'peakEwma'],
  ['a subset by a label that no target has', { subset: { header: 'x-shard', label: 'shard' } }, 'subset.label'],
  ['a refusing cookie without a secret', { sticky: { cookie: 'c', onGone: 'refuse' } }, 'sticky.secret'],
]
for (const [title, options, place] of idle)
  test(`refuses ${title}`, (t) => {
    const found = lines(issuesOf(routesOf(loose('a', { targets: two, ...options }))))
    t.is(found.length, 1)
    t.true(found[0]?.startsWith(`GW1002 routes.r0.upstream.${place}: `), found[0])
  })

test('what a sticky upstream sets, and that a target may be missing, is declared', (t) => {
  const sticky = upstream('a', { targets: two, sticky: { cookie: 'c', secret: 'sixteen characters', onGone: 'refuse' } })
  const effects = resolveRoutes(routesOf(sticky)).routes[0]?.effects()
  t.true(effects?.headers.some(({ name }) => name === 'Set-Cookie'))
  t.true(effects?.problems.includes('NO_HEALTHY_TARGET'))
})
