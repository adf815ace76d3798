import test from 'ava'
import { anyOf, apiKey, group, ip, jwt, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'
import { issuesOf, lines, resolveRoutes, users } from './resolve.js'

const limit = rateLimit({ by: ip, limit: '5/s' })
const loose = route as (options: object) => ReturnType<typeof route>

interface Row {
  readonly title: string
  readonly routes: object
  readonly issues: readonly string[]
}

const get = (more: object) => loose({ method: 'GET', path: '/a', upstream: users, ...more })

const rows: Row[] = [
  {
    title: 'a parameter of the path that params lacks, and one that the path lacks',
    routes: { get: get({ path: '/a/{id}', params: z.object({ idd: z.string() }) }) },
    issues: [
      'GW1203 routes.get.params: the path has {id}, which `params` lacks',
      'GW1203 routes.get.params.idd: `params` has `idd`, which the path lacks',
    ],
  },
  {
    title: 'an upstream path over a parameter that is not there',
    routes: { get: get({ path: '/a/{id}', upstreamPath: '/b/{name}' }) },
    issues: ['GW1203 routes.get.upstreamPath: {name} is not a parameter of /a/{id}'],
  },
  {
    title: 'an upstream path that is none',
    routes: { get: get({ upstreamPath: 'b' }) },
    issues: ['GW1201 routes.get.upstreamPath: "b" does not start with "/"'],
  },
  {
    title: 'a prefix to strip that is not there',
    routes: { get: get({ path: '/apix/b', stripPrefix: '/api' }) },
    issues: ['GW1201 routes.get.stripPrefix: "/api" is not how /apix/b begins'],
  },
  {
    title: 'two ways to rewrite the path',
    routes: { get: get({ path: '/api/b', stripPrefix: '/api', upstreamPath: '/c' }) },
    issues: ['GW1201 routes.get.stripPrefix: `stripPrefix` and `upstreamPath` exclude each other'],
  },
  {
    title: 'a bad regular expression in the path',
    routes: { get: get({ path: '/{id:[}' }) },
    issues: ['GW1202 routes.get.path: bad regular expression in {id}: Unterminated character class'],
  },
  {
    title: 'a bad regular expression in match',
    routes: { get: get({ match: { headers: { 'X-Kind': { pattern: '(' } } } }) },
    issues: ['GW1202 routes.get.match.headers["x-kind"].pattern: bad regular expression: Unterminated group'],
  },
  {
    title: 'a pattern of the path that could take for ever',
    routes: { get: get({ path: '/{id:(a+)+}' }) },
    issues: [
      'GW1202 routes.get.path: bad regular expression in {id}: a repetition inside a repetition can take a time that doubles with each character',
    ],
  },
  {
    title: 'a pattern in match that could take for ever',
    routes: { get: get({ match: { query: { v: { pattern: '^(?:x|[^)*]{2,}y)*$' } } } }) },
    issues: [
      'GW1202 routes.get.match.query.v.pattern: bad regular expression: a repetition inside a repetition can take a time that doubles with each character',
    ],
  },
  {
    title: 'a body on GET',
    routes: { get: get({ body: z.object({}), mapRequest: () => ({}) }) },
    issues: [
      'GW1402 routes.get.body: a GET route cannot have `body`',
      'GW1402 routes.get.mapRequest: a GET route cannot have `mapRequest`',
    ],
  },
  {
    title: 'a map for an undeclared status',
    routes: { get: get({ responses: { 200: 'empty' }, mapResponse: { 404: () => ({}) } }) },
    issues: ['GW1401 routes.get.mapResponse["404"]: `responses` does not declare 404'],
  },
  {
    title: 'what is no object by status',
    routes: {
      none: get({ responses: null as never }),
      list: get({ path: '/2', responses: ['empty'] as never }),
      status: get({ path: '/3', responses: { 600: 'empty' } as never }),
      value: get({ path: '/4', responses: { 200: 'txt' as never } }),
      map: get({ path: '/5', responses: { 200: 'empty' }, mapResponse: { 200: 'x' as never }, mapStatus: { 201: 99 as never } }),
    },
    issues: [
      'GW1002 routes.none.responses: expected object, each value a schema, "problem", "empty", "text" or "binary"',
      'GW1002 routes.list.responses: expected object, each value a schema, "problem", "empty", "text" or "binary"',
      'GW1002 routes.status.responses["600"]: expected a status from 200 to 599',
      'GW1002 routes.value.responses["200"]: expected a schema, "problem", "empty", "text" or "binary", got "txt"',
      'GW1002 routes.map.mapResponse["200"]: expected a function, got "x"',
      'GW1002 routes.map.mapStatus["201"]: expected whole number, 200 to 599, got 99',
    ],
  },
  {
    title: 'fallbacks that cannot stand in',
    routes: {
      body: get({ responses: { 200: z.object({ n: z.number() }) }, fallback: { reply: { status: 200, body: { n: 'x' } } } }),
      status: get({ path: '/2', responses: { 200: 'empty', 404: 'problem' }, fallback: { reply: { status: 404 } } }),
      empty: get({ path: '/3', responses: { 204: 'empty' }, fallback: { reply: { status: 204, body: 'x' } } }),
      none: get({ path: '/4', fallback: {} }),
    },
    issues: [
      'GW1360 routes.body.fallback.reply.body: does not match the schema of 200 at `n`: Invalid input: expected number, received string',
      'GW1360 routes.status.fallback.reply.status: `responses` does not declare 404 with a body that could stand in',
      'GW1360 routes.empty.fallback.reply.body: 204 is declared as empty',
      'GW1002 routes.none.fallback: expected `upstream`, `reply` or both',
    ],
  },
  {
    title: 'an auth in use',
    routes: { get: get({ use: { session: apiKey({ keys: [] }) } }) },
    issues: ['GW1301 routes.get.use.session: this is not a policy'],
  },
  {
    title: 'a policy in auth',
    routes: { get: get({ auth: limit }) },
    issues: ['GW1302 routes.get.auth: this is not an auth'],
  },
  {
    title: 'a list of policies',
    routes: { get: get({ use: [limit] }) },
    issues: ['GW1301 routes.get.use: expected an object of policies by name, such as { limit: rateLimit({ … }) }'],
  },
  {
    title: 'a policy key that hides the context',
    routes: { get: get({ use: { auth: limit } }) },
    issues: ['GW1303 routes.get.use.auth: `auth` is a property of the context'],
  },
  {
    title: 'a policy key of the group used again by the route',
    routes: { get: group({ use: { limit } }).route({ method: 'GET', path: '/a', upstream: users, use: { limit } }) },
    issues: ['GW1304 routes.get.use.limit: the key `limit` is used twice on this route'],
  },
  {
    title: 'a group prefix with a trailing slash',
    routes: { get: group({ prefix: '/m/' }).route({ method: 'GET', path: '/a', upstream: users }) },
    issues: ['GW1201 routes.get.path: the group’s prefix "/m/" ends with "/"', 'GW1201 routes.get.path: "/m//a" has an empty segment'],
  },
  {
    title: 'no upstream',
    routes: { get: get({ upstream: undefined }) },
    issues: ['GW1101 routes.get.upstream: missing; expected an upstream'],
  },
  {
    title: 'a connect timeout on a route, which shares its connections with others',
    routes: { get: get({ timeouts: { connect: '1s' } }) },
    issues: ['GW1003 routes.get.timeouts.connect: unknown key `connect`'],
  },
  {
    title: 'an anyOf with one wrong part',
    routes: {
      get: get({ auth: anyOf(apiKey({ keys: [] }), jwt({ issuer: 'x', audience: 'a', algorithms: ['RS256'], claims: z.object({}) })) }),
    },
    issues: ['GW1002 routes.get.auth[1].jwks: expected `jwks`, since the issuer "x" is not a URL'],
  },
]
for (const { title, routes, issues } of rows) test(`refuses ${title}`, (t) => t.deepEqual(lines(issuesOf(routes)), issues))

test('a string for an upstream is told the name that comes close', (t) => {
  const issues = issuesOf({ a: get({}), b: get({ path: '/b', upstream: 'user' }) })
  t.is(issues[0]?.hint, 'did you mean the upstream "users"? Pass the value itself, not its name')
})

test('timeouts of the route go before those of the upstream, and those before the defaults', (t) => {
  const slow = upstream('slow', { targets: ['http://127.0.0.1:1'], timeouts: { connect: '1s', headers: '5s' } })
  const { routes } = resolveRoutes({ get: get({ upstream: slow, timeouts: { headers: '9s', total: '20s' } }) })
  t.deepEqual(routes[0]?.timeouts, { connect: 1_000, headers: 9_000, idle: 60_000, total: 20_000 })
})

test('a group gives its prefix, auth and tags', (t) => {
  const partner = apiKey({ keys: [] })
  const { routes } = resolveRoutes({
    get: group({ prefix: '/m/{org}', auth: partner, tags: ['Members'] }).route({ method: 'GET', path: '/{id}', upstream: users }),
  })
  t.like(routes[0], { path: '/m/{org}/{id}', paramNames: ['org', 'id'], tags: ['Members'] })
  t.is(routes[0]?.auth?.name, 'api-key')
})

test('anyOf has the effects of its parts', (t) => {
  const session = jwt({ issuer: 'https://id.example.org', audience: 'a', algorithms: ['RS256'], claims: z.object({}) })
  const { routes } = resolveRoutes({ get: get({ auth: anyOf(session, apiKey({ keys: [] })) }) })
  t.deepEqual(
    routes[0]?.auth?.parts.map(({ name }) => name),
    ['jwt', 'api-key'],
  )
  t.deepEqual(
    routes[0]?.effects().security.map(({ scheme }) => scheme),
    ['jwt', 'apiKey'],
  )
})

test('conditions are compiled, their header names in lower case', (t) => {
  const { routes } = resolveRoutes({
    get: get({ match: { host: 'API.example.org', headers: { 'X-Kind': 'a' }, query: { v: { pattern: '^[0-9]+$' } } } }),
  })
  t.deepEqual(routes[0]?.match, {
    host: 'api.example.org',
    conditions: [
      { source: 'header', name: 'x-kind', equals: 'a', pattern: undefined },
      { source: 'query', name: 'v', equals: undefined, pattern: /^[0-9]+$/ },
    ],
  })
})
