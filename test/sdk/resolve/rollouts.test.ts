import test from 'ava'
import { apiKey, call, compose, ip, rollout, route, upstream } from 'gatewright'
import { z } from 'zod'
import { issuesOf, lines, resolveRoutes, users } from './resolve.js'

const next = upstream('users-v2', {
  targets: ['http://127.0.0.1:4002'],
  retry: { attempts: 3 },
  timeouts: { total: '3s' },
  breaker: {},
})
const partner = apiKey({ keys: [] })
const get = { method: 'GET', path: '/users' } as const
const canary = { stable: users, canary: next, percent: 5, by: ip } as const

const found = (value: unknown, more: object = {}) => lines(issuesOf({ users: route({ ...get, upstream: value as never, ...more }) }))

test('a rollout has a name, a share and two sides, each with its own settings', (t) => {
  const [one] = resolveRoutes({ users: route({ ...get, upstream: rollout(canary), timeouts: { headers: '1s' } }) }).routes
  t.like(one?.rollout, { kind: 'canary', name: 'users', percent: 5, abortIf: { errorRatio: 0.05, minRequests: 50, window: 60_000 } })
  const [stable, other] = one?.rollout?.ways ?? []
  t.like(stable, { upstream: { name: 'users' }, retry: undefined, timeouts: { headers: 1_000, total: undefined } })
  t.like(other, { upstream: { name: 'users-v2' }, retry: { attempts: 3 }, timeouts: { headers: 1_000, total: 3_000 } })
  t.true(one?.effects().problems.includes('CIRCUIT_OPEN'), 'what either side may answer')

  const blueGreen = rollout({ name: 'u', blue: users, green: next, active: 'green' })
  const { routes, upstreams } = resolveRoutes({ users: route({ ...get, upstream: blueGreen }) })
  t.like(routes[0]?.rollout, { kind: 'blue-green', name: 'u', percent: 100, abortIf: undefined })
  t.deepEqual(
    upstreams.map(({ name }) => name),
    ['users', 'users-v2'],
  )
  t.deepEqual(found(rollout({ ...canary, abortIf: false })), [])
})

test('one rollout may stand in several routes, and one side be what another falls back to', (t) => {
  const shared = rollout(canary)
  const routes = {
    users: route({ ...get, upstream: shared, fallback: { upstream: users } }),
    user: route({ method: 'GET', path: '/users/{id}', upstream: shared }),
  }
  t.deepEqual(lines(issuesOf(routes)), [])
  const [one, two] = resolveRoutes(routes).routes
  t.is(one?.rollout?.sides, two?.rollout?.sides)
})

test('what cannot be is said where it is', (t) => {
  const issues: [unknown, string[]][] = [
    [rollout({ ...canary, canary: users }), ['GW1170 routes.users.upstream: both of its sides are the upstream "users"']],
    [rollout({ ...canary, percent: 101 }), ['GW1002 routes.users.upstream.percent: Too big: expected number to be <=100, got 101']],
    [rollout({ ...canary, percant: 1 } as never), ['GW1003 routes.users.upstream.percant: unknown key `percant`']],
    [
      rollout({ ...canary, by: 'ip' as never }),
      ['GW1002 routes.users.upstream.by: expected a key such as `ip` or `session.key(auth => …)`'],
    ],
    [
      rollout({ stable: users, canary: next, active: 'canary' } as never),
      ['GW1003 routes.users.upstream.active: unknown key `active`', 'GW1002 routes.users.upstream.percent: missing; expected number'],
    ],
    [rollout({ ...canary, stable: 'users' as never }), ['GW1101 routes.users.upstream.stable: expected an upstream, got "users"']],
    [
      rollout({ ...canary, canary: rollout(canary) as never }),
      ['GW1170 routes.users.upstream.canary: a rollout stands in the `upstream` of a route only'],
    ],
    [
      rollout({ ...canary, abortIf: { errorRatio: 0 } }),
      ['GW1002 routes.users.upstream.abortIf.errorRatio: Too small: expected number to be >0, got 0'],
    ],
  ]
  for (const [value, expected] of issues) t.deepEqual(found(value), expected)
})

test('a rollout without `by` tells callers apart by the affinity of the route, which may read what an auth found', (t) => {
  const { by: _by, ...open } = canary
  const affinity = partner.key((auth) => auth.consumer)
  t.deepEqual(found(rollout(open)), [
    'GW1170 routes.users: the rollout "users" has no `by`, and the route no `affinity` to tell callers apart by',
  ])
  t.deepEqual(found(rollout(open), { auth: partner, affinity }), [])
  t.deepEqual(
    found(rollout({ blue: users, green: next, active: 'blue' }), { affinity: ip }).map((line) => line.slice(0, 6)),
    ['GW1321'],
  )
  t.deepEqual(found(rollout({ ...canary, by: affinity as never }), { auth: partner }), [
    'GW1170 routes.users.upstream.by: reads what `api-key` found, which not every route has',
  ])
})

test('names are unique, and rollouts stand in routes alone', (t) => {
  const again = {
    users: route({ ...get, upstream: rollout(canary) }),
    all: route({ method: 'GET', path: '/all', upstream: rollout(canary) }),
  }
  t.deepEqual(lines(issuesOf(again)), ['GW1171 routes.all.upstream: another rollout is already named "users"'])
  const value = rollout({ ...canary, name: 'other' }) as never
  const text = call(value, { path: '/t', response: z.string() })
  t.is(
    lines(issuesOf({ home: route({ method: 'GET', path: '/home', compose: compose({ text }) }) }))[0],
    'GW1170 routes.home.compose: a rollout stands in the `upstream` of a route only',
  )
  t.deepEqual(found(users, { fallback: { upstream: value } }), [
    'GW1170 routes.users.fallback.upstream: a rollout stands in the `upstream` of a route only',
  ])
})

test('each side must take the route’s settings', (t) => {
  const hashed = upstream('hashed', { targets: ['http://127.0.0.1:4003'], balance: 'consistent-hash' })
  t.deepEqual(
    found(rollout({ ...canary, canary: hashed })).map((line) => line.slice(0, 6)),
    ['GW1320'],
  )
  const slow = upstream('slow', { targets: ['http://127.0.0.1:4003'], retry: { perTry: '5s' } })
  t.deepEqual(
    found(rollout({ ...canary, canary: slow }), { timeouts: { total: '6s' } }).map((line) => line.slice(0, 6)),
    ['GW1350'],
  )
})
