import test from 'ava'
import { route } from 'gatewright'
import { issuesOf, lines, resolveRoutes, type Unchecked, users } from './resolve.js'

const feed = (options: Unchecked) => route({ method: 'GET', path: '/feed', upstream: users, ...options } as never)

test('true takes the defaults; without the key the route speaks no WebSocket', (t) => {
  const { routes } = resolveRoutes({ a: feed({ websocket: true }), b: feed({ path: '/b' }), c: feed({ path: '/c', websocket: {} }) })
  t.deepEqual(routes[0]?.websocket, { idle: 300_000 })
  t.is(routes[1]?.websocket, undefined)
  t.deepEqual(routes[2]?.websocket, { idle: 300_000 })
})

test('a handshake needs GET', (t) => {
  t.deepEqual(lines(issuesOf({ a: feed({ method: 'POST', websocket: true }) })), [
    'GW1403 routes.a.websocket: a POST request cannot open a WebSocket',
  ])
  t.deepEqual(issuesOf({ a: feed({ method: '*', websocket: true }) }), [])
})

test('bad options are told apart', (t) => {
  t.deepEqual(
    lines(issuesOf({ a: feed({ websocket: false }), b: feed({ path: '/b', websocket: { ilde: '5m' } }) })).map((line) => line.slice(0, 32)),
    ['GW1002 routes.a.websocket: expec', 'GW1003 routes.b.websocket.ilde: '],
  )
  t.deepEqual(
    issuesOf({ a: feed({ websocket: { idle: '5 min', maxPerConsumer: 0, origins: ['shop.example.org'] } }) }).map(({ code }) => code),
    ['GW1002', 'GW1002', 'GW1002'],
  )
})

test('the effects are what a handshake may be answered with', (t) => {
  const problemsOf = (websocket: unknown) =>
    resolveRoutes({ a: feed({ websocket }) })
      .routes[0]!.effects()
      .problems.slice(6)
  t.deepEqual(problemsOf(undefined), [])
  t.deepEqual(problemsOf(true), ['UNAVAILABLE'])
  t.deepEqual(problemsOf({ origins: ['null'], maxPerConsumer: 1 }), ['UNAVAILABLE', 'ORIGIN_NOT_ALLOWED', 'TOO_MANY_CONNECTIONS'])
})
