import test from 'ava'
import { ConfigError, defineGateway, type GatewayOptions, group, ip, jwt, rateLimit, resolveGateway, route, upstream } from 'gatewright'
import { z } from 'zod'
import { issuesOf, lines, resolveRoutes, users } from './resolve.js'

const any = route({ method: '*', path: '/{path*}', upstream: users })

test('the least gateway gets every default', (t) => {
  const { settings, routes, upstreams, policies } = resolveRoutes({ all: any })
  t.like(settings, {
    server: {
      host: '0.0.0.0',
      port: 8080,
      trustedProxies: [],
      preStop: 5_000,
      drain: 30_000,
      limits: { headers: 16_384, headerCount: 100 },
    },
    admin: { host: '127.0.0.1', port: 9901 },
    log: { level: 'info', access: true, query: false },
    requestId: { header: 'x-request-id' },
    lifecycle: 'direct',
  })
  t.like(routes[0], {
    id: 'all',
    method: '*',
    path: '/{path*}',
    paramNames: ['path'],
    bodyLimit: 1_048_576,
    responseLimit: 4_194_304,
    timeouts: { connect: 2_000, headers: 30_000, idle: 60_000, total: undefined },
    lifecycle: 'direct',
    host: 'upstream',
    tags: ['all'],
  })
  t.like(upstreams[0], { name: 'users', settings: { balance: 'round-robin', connections: 256 } })
  t.deepEqual(policies, [])
})

for (const value of [undefined, {}, { default: {} }, 'gateway', null])
  test(`${JSON.stringify(value) ?? 'nothing'} is not a gateway`, (t) => {
    t.is(t.throws(() => resolveGateway(value), { instanceOf: ConfigError })?.issues[0]?.code, 'GW1001')
  })

test('every issue of a gateway is reported at once', (t) => {
  const codes = issuesOf(
    {
      'bad key': any,
      one: route({ method: 'GET', path: 'no-slash', upstream: users }),
      two: route({ method: 'FETCH', path: '/two', upstream: 'users' } as never),
      three: 'route',
    },
    { server: { prot: 1 }, use: { limit: 5 } },
  ).map(({ code }) => code)
  t.deepEqual([...codes].sort(), ['GW1002', 'GW1003', 'GW1101', 'GW1201', 'GW1206', 'GW1207', 'GW1301'])
})

test('a misspelt key gets a suggestion, and its missing original is not reported as well', (t) => {
  const [issue, ...others] = issuesOf({ all: any }, { info: { titel: 'T', version: '1' } })
  t.deepEqual(others, [])
  t.like(issue, { code: 'GW1003', path: ['info', 'titel'], hint: 'did you mean `title`?' })
})

test('a misspelt key in one place does not excuse a missing one in another', (t) => {
  const issues = issuesOf({ all: any }, { info: { title: 'T', version: '1', contact: { nam: 'x' }, license: {} } })
  t.deepEqual(lines(issues), ['GW1003 info.contact.nam: unknown key `nam`', 'GW1002 info.license.name: missing; expected string'])
})

test('what is wrong with a group is reported once, however many routes it has', (t) => {
  const members = group({ prefix: '/m', use: { limit: 5 } as never })
  const issues = issuesOf({
    a: members.route({ method: 'GET', path: '/a', upstream: users }),
    b: members.route({ method: 'GET', path: '/b', upstream: users }),
  })
  t.deepEqual(lines(issues), ['GW1301 routes.a.use.limit: this is not a policy'])
})

test('an unknown key with no known one close to it is told all known ones', (t) => {
  const [issue] = issuesOf({ all: any }, { problems: { base: 'urn:x:', cluster: true } } as never)
  t.is(issue?.hint, 'known keys: base')
})

test('a wrong value of an enum gets the closest one as a hint', (t) => {
  const [issue] = issuesOf({ all: any }, { log: { level: 'wran' } })
  t.is(issue?.hint, 'did you mean "warn"?')
})

test('an issue inside a union is reported where it is, not as the whole union', (t) => {
  t.deepEqual(lines(issuesOf({ all: any }, { admin: { port: 70_000 } })), [
    'GW1002 admin.port: Too big: expected number to be <=65535, got 70000',
  ])
  t.deepEqual(lines(issuesOf({ all: any }, { admin: true })), ['GW1002 admin: expected false or { host, port }, got true'])
})

test('a definition that is used twice is resolved once and keeps the identity of its first place', (t) => {
  const limit = rateLimit({ by: ip, limit: '5/s' })
  const { routes } = resolveRoutes({
    a: route({ method: 'GET', path: '/a', upstream: users, use: { limit } }),
    b: route({ method: 'GET', path: '/b', upstream: users, use: { other: limit } }),
  })
  const [first, second] = routes.map(({ policies }) => policies[0]?.policy)
  t.is(first, second)
  t.is(first?.identity, 'routes.a.use.limit')
})

test('a shared definition that is wrong is reported once, where it was written', (t) => {
  const limit = rateLimit({ by: ip, limit: '5/sec' } as never)
  const issues = issuesOf({
    a: route({ method: 'GET', path: '/a', upstream: users, use: { limit } }),
    b: route({ method: 'GET', path: '/b', upstream: users, use: { limit } }),
  })
  t.is(issues.length, 1)
  t.is(issues[0]?.origin?.stamp, Object.getOwnPropertySymbols(limit).map((symbol) => (limit as never)[symbol])[0])
  t.deepEqual(issues[0]?.origin?.path, ['limit'])
})

test('routes nest, and their key path is their id', (t) => {
  const { routes } = resolveRoutes({ a: { b: { get: any } } })
  t.like(routes[0], { id: 'a.b.get', keys: ['a', 'b', 'get'], tags: ['a'] })
})

test('policies run gateway first, then group, then route, each in the order written', (t) => {
  const limit = () => rateLimit({ by: ip, limit: '5/s' })
  const members = group({ prefix: '/m', use: { g1: limit(), g2: limit() } })
  const { routes, policies } = resolveRoutes(
    { get: members.route({ method: 'GET', path: '/a', upstream: users, use: { r: limit() } }) },
    { use: { all: limit() } },
  )
  t.deepEqual(
    routes[0]?.policies.map(({ key, scope }) => `${scope} ${key}`),
    ['gateway all', 'group g1', 'group g2', 'route r'],
  )
  t.deepEqual(
    policies.map(({ key }) => key),
    ['all'],
  )
})

test('a route’s effects are those of its policies, its auth and the forwarder', (t) => {
  const session = jwt({ issuer: 'https://id.example.org/', audience: 'a', algorithms: ['RS256'], claims: z.object({}) })
  const checked = upstream('checked', { targets: ['http://127.0.0.1:1'], health: { path: '/' } })
  const { routes } = resolveRoutes({
    post: route({
      method: 'POST',
      path: '/a',
      upstream: checked,
      auth: session,
      body: z.object({}),
      use: { limit: rateLimit({ by: ip, limit: '5/s', onStoreFailure: 'closed' }) },
    }),
    get: route({ method: 'GET', path: '/b', upstream: users }),
  })
  const [post, get] = routes.map(({ effects }) => effects())
  for (const code of [
    'RATE_LIMITED',
    'UNAVAILABLE',
    'UNAUTHENTICATED',
    'INVALID_REQUEST',
    'PAYLOAD_TOO_LARGE',
    'NO_HEALTHY_TARGET',
    'UPSTREAM_RESET',
  ] as const)
    t.true(post?.problems.includes(code), code)
  t.is(new Set(post?.problems).size, post?.problems.length ?? 0)
  t.deepEqual(post?.headers.map(({ name }) => name).sort(), [
    'RateLimit',
    'RateLimit-Policy',
    'Retry-After',
    'WWW-Authenticate',
    'x-request-id',
  ])
  t.is(post?.security[0]?.scheme, 'jwt')
  for (const code of ['INVALID_REQUEST', 'PAYLOAD_TOO_LARGE', 'NO_HEALTHY_TARGET', 'RATE_LIMITED'] as const)
    t.false(get?.problems.includes(code), code)
})

test('nothing that the user wrote is changed', (t) => {
  const options = { info: { title: 'T', version: '1' }, server: { port: 1 }, routes: { all: any } } satisfies GatewayOptions
  const before = structuredClone({ ...options, routes: Object.keys(options.routes) })
  resolveGateway(defineGateway(options))
  t.deepEqual({ ...options, routes: Object.keys(options.routes) }, before)
})

test('a message never shows a value that is marked as a secret', (t) => {
  const weak = jwt({ issuer: 'me', audience: 'a', algorithms: ['HS256'], secret: 'hunter2', claims: z.object({}) })
  const error = t.throws(
    () =>
      resolveGateway(
        defineGateway({
          info: { title: 'A', version: '1' },
          routes: { a: route({ method: 'GET', path: '/a', upstream: upstream('u', { targets: ['http://a'] }), auth: weak }) },
        }),
      ),
    { instanceOf: ConfigError },
  )
  t.is(error.issues.length, 1)
  t.deepEqual(error.issues[0]?.path.slice(-1), ['secret'])
  t.notRegex(JSON.stringify(error.issues) + error.message, /hunter2/)
})
