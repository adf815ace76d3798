import test from 'ava'
import { ConfigError, defineGateway, env, jwt, rateLimit, route, upstream } from 'gatewright'
import { createGateway } from 'gatewright/runtime'
import { testGateway } from 'gatewright/testing'
import { z } from 'zod'
import { rawServer, sendRaw, withResolvers } from '../helpers/raw-http.js'
import { recordLog } from '../helpers/record-log.js'
import { startGateway, startUpstream } from '../helpers/start-gateway.js'
import { hmac, rawToken } from '../helpers/tokens.js'

const info = { title: 'Test', version: '1.0.0' }

test('stop turns readiness off first, goes on accepting, finishes what is in flight, and closes its connections', async (t) => {
  const reached = withResolvers()
  const release = withResolvers()
  const up = await startUpstream(t, async ({ url }, res) => {
    if (url === '/slow') {
      reached.resolve()
      await release.promise
    }
    res.end('done')
  })
  const gateway = await startGateway(
    t,
    { any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [up.url] }) }) },
    { server: { preStop: '3s' } },
  )
  t.is((await fetch(`${gateway.adminUrl}/readyz`)).status, 200)
  const slow = fetch(`${gateway.url}/slow`)
  await reached.promise
  const stopped = gateway.stop()
  t.is((await fetch(`${gateway.adminUrl}/readyz`)).status, 503)
  t.is((await fetch(`${gateway.adminUrl}/healthz`)).status, 200)
  t.is((await fetch(`${gateway.url}/still`)).status, 200)
  while ((await fetch(`${gateway.url}/until-closed`).catch(() => undefined)) !== undefined);
  release.resolve()
  const response = await slow
  t.is(await response.text(), 'done')
  t.is(response.headers.get('connection'), 'close')
  t.true(await stopped)
})

test('stop cuts what does not finish within the drain time, and says so', async (t) => {
  const reached = withResolvers()
  const url = await rawServer(t, (socket) => socket.once('data', () => reached.resolve()))
  const gateway = await startGateway(
    t,
    { get: route({ method: 'GET', path: '/', upstream: upstream('up', { targets: [url] }) }) },
    { server: { drain: '50ms' } },
  )
  const cut = t.throwsAsync(fetch(gateway.url))
  await reached.promise
  t.false(await gateway.stop({ now: true }))
  await cut
})

test('reload swaps routes; what is in flight finishes on the old ones; limits go on counting', async (t) => {
  const reached = withResolvers()
  const release = withResolvers()
  const up = await startUpstream(t, async ({ url }, res) => {
    if (url === '/slow') {
      reached.resolve()
      await release.promise
    }
    res.end(url)
  })
  const users = upstream('up', { targets: [up.url] })
  const config = (path: `/${string}`) =>
    defineGateway({
      info,
      use: { limit: rateLimit({ by: { label: 'all', read: () => 'all' }, limit: '4/day' }) },
      routes: { get: route({ method: 'GET', path, upstream: users }) },
    })
  const gateway = testGateway(config('/slow'))
  await gateway.start()
  t.teardown(() => gateway.stop({ now: true }))
  const slow = fetch(`${gateway.url}/slow`)
  await reached.promise
  await gateway.reload(config('/new'))
  t.is((await fetch(`${gateway.url}/slow`)).status, 404)
  t.is((await fetch(`${gateway.url}/new`)).status, 200)
  release.resolve()
  t.is(await (await slow).text(), '/slow')
  t.is((await fetch(`${gateway.url}/new`)).status, 200)
  t.is((await fetch(`${gateway.url}/new`)).status, 429)
})

test('reload may bring the first route with jwt, and the first on the hapi lane', async (t) => {
  const up = await startUpstream(t, ({ url }, res) => res.end(url))
  const users = upstream('up', { targets: [up.url] })
  const plain = route({ method: 'GET', path: '/plain', upstream: users })
  const gateway = await startGateway(t, { plain })
  t.is(await (await fetch(`${gateway.url}/plain`)).text(), '/plain')

  const secret = 'a secret of more than thirty-two bytes'
  const auth = jwt({ issuer: 'id', audience: 'api', algorithms: ['HS256'], secret, claims: z.object({ sub: z.string() }) })
  const closed = route({ method: 'GET', path: '/closed', upstream: users, auth })
  await gateway.reload(defineGateway({ info, routes: { plain, closed } }))
  const payload = { iss: 'id', aud: 'api', sub: 'ann', exp: Math.floor(Date.now() / 1_000) + 600 }
  const authorization = `Bearer ${rawToken({ alg: 'HS256' }, payload, hmac(secret))}`
  const forged = `Bearer ${rawToken({ alg: 'HS256' }, payload, hmac('another secret'))}`
  t.is((await fetch(`${gateway.url}/closed`, { headers: { authorization: forged } })).status, 401)
  t.is(await (await fetch(`${gateway.url}/closed`, { headers: { authorization } })).text(), '/closed')

  const lane = route({ method: 'GET', path: '/lane', upstream: users, auth, lifecycle: 'hapi' })
  await gateway.reload(defineGateway({ info, routes: { plain, closed, lane } }))
  t.is((await fetch(`${gateway.url}/lane`)).status, 401)
  t.is(await (await fetch(`${gateway.url}/lane`, { headers: { authorization } })).text(), '/lane')
  t.is(gateway.inspect().find(({ id }) => id === 'lane')?.lane, 'hapi')
  t.is(await (await fetch(`${gateway.url}/plain`)).text(), '/plain')
})

test('reload says which changed settings wait for the next start', async (t) => {
  const { lines, log } = recordLog()
  const routes = { get: route({ method: 'GET', path: '/a', upstream: upstream('up', { targets: ['http://127.0.0.1:1'] }) }) }
  const config = (server: object, more: object = {}) =>
    defineGateway({ info, server: { port: 0, ...server }, admin: { port: 0 }, ...more, routes })
  const gateway = createGateway(config({}), { log })
  await gateway.start()
  t.teardown(() => gateway.stop({ now: true }))
  const told = () => lines.filter(({ settings }) => settings).map(({ settings }) => settings)
  await gateway.reload(config({ drain: '1s', preStop: '0s' }, { log: { access: false } }))
  t.deepEqual(told(), [])
  await gateway.reload(config({ trustedProxies: ['10.0.0.0/8'], limits: { uri: '4kb' } }, { requestId: { header: 'x-trace' } }))
  t.deepEqual(told(), [['server.trustedProxies', 'server.limits', 'requestId.header']])
  await gateway.reload(config({}))
  t.is(told().length, 1)
})

test('reload with a broken config reports it all and keeps the last good one', async (t) => {
  const up = await startUpstream(t)
  const gateway = await startGateway(t, { get: route({ method: 'GET', path: '/a', upstream: upstream('up', { targets: [up.url] }) }) })
  const broken = defineGateway({
    info,
    routes: { get: route({ method: 'GET', path: 'b' as never, upstream: upstream('up', { targets: [] }) }) },
  })
  const error = await t.throwsAsync(gateway.reload(broken), { instanceOf: ConfigError })
  t.deepEqual(error.issues.map(({ code }) => code).sort(), ['GW1002', 'GW1201'])
  await t.throwsAsync(gateway.reload(undefined), { instanceOf: ConfigError })
  t.is((await fetch(`${gateway.url}/a`)).status, 200)
})

test('createGateway refuses a broken config with every issue', (t) => {
  const config = defineGateway({
    info,
    redis: { url: env('GATEWRIGHT_TEST_UNSET') },
    routes: { get: route({ method: 'GET', path: '/a', upstream: 'up' as never }) },
  })
  const error = t.throws(() => createGateway(config), { instanceOf: ConfigError })
  t.deepEqual(
    error.issues.map(({ code, path }) => `${code} ${path.join('.')}`),
    ['GW1004 redis.url', 'GW1101 routes.get.upstream'],
  )
})

test('start says clearly that a port is taken, and leaves nothing open', async (t) => {
  const up = await startUpstream(t)
  const taken = Number(new URL(up.url).port)
  const gateway = testGateway(defineGateway({ info, routes: {} }), { port: taken })
  const error = await t.throwsAsync(gateway.start(), { instanceOf: ConfigError })
  t.is(error.issues[0]?.code, 'GW1905')
  t.regex(error.message, new RegExp(`127\\.0\\.0\\.1:${taken} is already in use`))
  await t.throwsAsync(fetch(gateway.adminUrl))
})

test('the metrics and the access log tell what happened, without secrets', async (t) => {
  const up = await startUpstream(t)
  const { lines, log } = recordLog()
  const gateway = await startGateway(
    t,
    { users: { get: route({ method: 'GET', path: '/users/{id}', upstream: upstream('people', { targets: [up.url] }) }) } },
    { log: { headers: ['authorization', 'user-agent'], query: true } },
    { log },
  )
  await fetch(`${gateway.url}/users/1?token=s3cret&page=2`, {
    headers: { authorization: 'Bearer s3cret', 'user-agent': 'evil\u001b[31m' },
  }).catch(() => undefined)
  await fetch(`${gateway.url}/users/1?token=s3cret&page=2`, { headers: { authorization: 'Bearer s3cret', 'user-agent': 'test' } })
  await fetch(`${gateway.url}/nowhere`)
  await sendRaw(gateway.url, 'garbage\r\n\r\n')
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  t.regex(metrics, /^gatewright_requests_total\{route="users.get",method="GET",status="200"\} 1$/m)
  t.regex(metrics, /^gatewright_requests_total\{route="",method="GET",status="404"\} 1$/m)
  t.regex(metrics, /^gatewright_request_duration_seconds_count\{route="users.get"\} 1$/m)
  t.regex(metrics, new RegExp(`^gatewright_upstream_requests_total\\{upstream="people",target="${up.url}",outcome="2xx"\\} 1$`, 'm'))
  t.regex(metrics, /^gatewright_problems_total\{code="NOT_FOUND"\} 1$/m)
  t.regex(metrics, /^gatewright_refused_requests_total\{reason="method",status="400"\} 1$/m)
  t.regex(metrics, /^gatewright_requests_in_flight 0$/m)
  const access = lines.filter(({ msg }) => msg === 'request')
  t.is(access.length, 2)
  const [hit, miss] = access
  t.is(hit?.['route'], 'users.get')
  t.is(hit?.['path'], '/users/1')
  t.is(hit?.['query'], 'token=[redacted]&page=2')
  t.is(hit?.['status'], 200)
  t.is(hit?.['upstream'], 'people')
  t.is(hit?.['target'], up.url)
  t.deepEqual(hit?.['headers'], { authorization: '[redacted]', 'user-agent': 'test' })
  t.is(miss?.['problem'], 'NOT_FOUND')
  t.notRegex(JSON.stringify(lines), /s3cret/)
})

test('the admin listener serves three paths; the client listener none of them', async (t) => {
  const gateway = await startGateway(t, {})
  const statusOf = async (url: string) => (await fetch(url)).status
  t.deepEqual(
    await Promise.all(['/healthz', '/readyz', '/metrics', '/else'].map((path) => statusOf(gateway.adminUrl + path))),
    [200, 200, 200, 404],
  )
  t.deepEqual(await Promise.all(['/healthz', '/readyz', '/metrics'].map((path) => statusOf(gateway.url + path))), [404, 404, 404])
})

test('inject answers without a port, through the same edge', async (t) => {
  const up = await startUpstream(t, ({ body }, res) => void res.end(body))
  const gateway = testGateway(
    defineGateway({ info, routes: { echo: route({ method: 'POST', path: '/echo', upstream: upstream('up', { targets: [up.url] }) }) } }),
  )
  t.teardown(() => gateway.stop({ now: true }))
  const response = await gateway.inject({ method: 'POST', url: '/echo', body: 'hello' })
  t.deepEqual([response.status, response.body], [200, 'hello'])
  t.is((await gateway.inject({ url: '/a%2fb' })).status, 400)
  t.is((await gateway.inject({ url: '/x', headers: { host: 'a/b' } })).status, 400)
})

test('a hapi plugin may use the proxy handler of h2o2, and depend on hapi-auth-jwt2, in a gateway that uses neither', async (t) => {
  const up = await startUpstream(t, ({ url }, res) => res.end(url))
  const plugin = {
    name: 'own',
    dependencies: 'hapi-auth-jwt2',
    register: (server: { route(options: object): void }) =>
      server.route({ method: 'GET', path: '/own', handler: { proxy: { uri: `${up.url}/theirs` } } }),
  }
  const gateway = await startGateway(t, {}, {}, { plugins: [plugin] })
  t.is(await (await fetch(`${gateway.url}/own`)).text(), '/theirs')
})

test('hapi plugins and routes of the user’s own mount beside the gateway', async (t) => {
  const up = await startUpstream(t)
  const plugin = {
    name: 'own',
    register: (server: { route(options: object): void }) => server.route({ method: 'GET', path: '/own', handler: () => 'mine' }),
  }
  const gateway = await startGateway(
    t,
    { any: route({ method: '*', path: '/{path*}', upstream: upstream('up', { targets: [up.url] }) }) },
    {},
    { plugins: [plugin] },
  )
  t.is(await (await fetch(`${gateway.url}/own`)).text(), 'mine')
  t.is(await (await fetch(`${gateway.url}/other`)).text(), '{}')
})
