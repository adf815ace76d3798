import test, { type ExecutionContext } from 'ava'
import { introspection, route, upstream } from 'gatewright'
import { z } from 'zod'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { anyUpstream, documentOf } from '../helpers/document-of.js'
import { json, type ScriptedService, startService } from '../helpers/scripted-service.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { startGuarded } from './authorization-gateway.js'

const WALL = 1_900_000_000_000
const SECONDS = WALL / 1_000
const active = (more: object = {}) => ({ active: true, sub: 'u1', scope: 'read', exp: SECONDS + 600, ...more })
const claims = z.object({ sub: z.string(), scope: z.string().transform((text) => text.split(' ')) })

async function setUp(t: ExecutionContext, answer: ScriptedService['answer'] = json(active()), more: object = {}) {
  const clock = manualClock(WALL)
  const service = await startService(t, answer)
  const auth = introspection({ endpoint: `${service.url}/introspect`, client: { id: 'gate way', secret: 's:1' }, claims, ...more })
  const gateway = await startAuthGateway(auth, clock)
  t.teardown(() => gateway.close())
  return { clock, service, gateway }
}

test('an active token gives its claims, is stripped, and is asked about once a minute', async (t) => {
  const { clock, service, gateway } = await setUp(t)
  const first = await gateway.bearer('abc.def~1')
  t.deepEqual(first.auth, { kind: 'introspection', claims: { sub: 'u1', scope: ['read'] }, scopes: ['read'], roles: [] })
  t.deepEqual([first.stripped, first.frozen, first.synchronous], [['authorization'], true, false])
  t.true((await gateway.bearer('abc.def~1')).synchronous)
  clock.advance(60_000)
  await gateway.bearer('abc.def~1')
  t.is(service.asked.length, 2)
  const { method, url, headers, body } = service.asked[0] as (typeof service.asked)[number]
  t.deepEqual([method, url, body], ['POST', '/introspect', 'token=abc.def%7E1&token_type_hint=access_token'])
  t.is(headers.authorization, `Basic ${Buffer.from('gate+way:s%3A1').toString('base64')}`)
  t.deepEqual(gateway.counted, Array(2).fill('gatewright_introspections_total {"outcome":"active"}'))
})

test('the client may be proved in the form instead', async (t) => {
  const { service, gateway } = await setUp(t, json(active()), { client: { id: 'gw', secret: 's', auth: 'post' } })
  await gateway.bearer('abc')
  t.is(service.asked[0]?.headers.authorization, undefined)
  t.is(service.asked[0]?.body, 'token=abc&token_type_hint=access_token&client_id=gw&client_secret=s')
})

test('an answer is never used beyond its `exp`', async (t) => {
  const { clock, service, gateway } = await setUp(t, json(active({ exp: SECONDS + 10 })))
  await gateway.bearer('abc')
  clock.advance(9_999)
  t.is((await gateway.bearer('abc')).status, 200)
  clock.advance(1)
  const late = await gateway.bearer('abc')
  t.deepEqual([late.code, late.detail], ['INVALID_CREDENTIALS', 'The token has expired.'])
  t.is(service.asked.length, 2)
})

test('a token that is not active, for others, early or of another shape is refused, and for a while without asking', async (t) => {
  const cases: [unknown, string][] = [
    [{ active: false }, 'The token is not active.'],
    [active({ exp: SECONDS }), 'The token has expired.'],
    [active({ exp: 'soon' }), 'The token has expired.'],
    [active({ nbf: SECONDS + 1 }), 'The token is not valid yet.'],
    [active({ aud: 'other' }), 'The token is for another audience.'],
    [active({ aud: ['shop'], sub: 7 }), 'The claims of the token are not the expected ones.'],
  ]
  for (const [answer, detail] of cases) {
    const { clock, service, gateway } = await setUp(t, json(answer), { audience: 'shop' })
    const refused = await gateway.bearer('abc')
    t.deepEqual([refused.status, refused.code, refused.detail], [401, 'INVALID_CREDENTIALS', detail])
    t.deepEqual(refused.challenges, [`Bearer error="invalid_token", error_description="${detail}"`])
    t.true((await gateway.bearer('abc')).synchronous)
    clock.advance(10_000)
    await gateway.bearer('abc')
    t.is(service.asked.length, 2)
  }
})

test('requests that bring one token at once share one question', async (t) => {
  const { service, gateway } = await setUp(t)
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  service.answer = (asked, res) => void gate.then(() => json(active())(asked, res))
  const answers = Array.from({ length: 20 }, () => gateway.bearer('abc'))
  while (service.asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
  release()
  t.true((await Promise.all(answers)).every(({ status }) => status === 200))
  t.is(service.asked.length, 1)
})

test('an endpoint that fails is a 503, is left alone after three times, and asked again when the pause is over', async (t) => {
  const broken: ScriptedService['answer'][] = [
    json({}, 500),
    json({ active: 'yes' }),
    (_asked, res) => void res.end('not json'),
    (_asked, res) => void res.writeHead(302, { location: '/elsewhere' }).end(),
    (_asked, res) => void res.end('x'.repeat(70_000)),
    (_asked, res) => void res.destroy(),
    json({ error: 'invalid_client' }, 401),
  ]
  for (const answer of broken) {
    const { clock, service, gateway } = await setUp(t, answer)
    for (let index = 0; index < 5; index += 1) {
      const refused = await gateway.bearer('abc')
      t.deepEqual([refused.status, refused.code, refused.retryAfter], [503, 'AUTH_UNAVAILABLE', '1'])
    }
    t.is(service.asked.length, 3)
    clock.advance(1_000)
    service.answer = json(active())
    t.is((await gateway.bearer('abc')).status, 200)
    service.answer = json({}, 500)
    t.is((await gateway.bearer('next')).status, 503)
    service.answer = json(active())
    t.is((await gateway.bearer('last')).status, 200, 'success starts the count of failures anew')
    t.false(
      gateway.logged.some((line) => line.includes('abc')),
      'no token in the log',
    )
  }
})

test('what is remembered serves while the endpoint is down', async (t) => {
  const { clock, service, gateway } = await setUp(t)
  await gateway.bearer('abc')
  service.answer = json({}, 500)
  for (let index = 0; index < 4; index += 1) t.is((await gateway.bearer('other')).status, 503)
  clock.advance(59_000)
  t.is((await gateway.bearer('abc')).status, 200)
})

test('what is no bearer token is never sent anywhere', async (t) => {
  const { service, gateway } = await setUp(t)
  for (const value of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a,b', `Bearer ${'a'.repeat(8_193)}`]) {
    t.is((await gateway.ask(['Authorization', value])).detail, 'The token is malformed.', value.slice(0, 20))
  }
  t.is((await gateway.ask(['Authorization', 'Basic YTpi'])).code, 'UNAUTHENTICATED')
  t.is(service.asked.length, 0)
})

for (const lifecycle of LANES)
  test(`${lifecycle}: an active token lets pass and does not reach the upstream`, async (t) => {
    const service = await startService(t, json({ ...active(), exp: Math.floor(Date.now() / 1_000) + 600 }))
    const backend = await startUpstream(t)
    const target = upstream('target', { targets: [backend.url] })
    const auth = introspection({ endpoint: service.url, client: { id: 'gw', secret: 's' }, claims })
    const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target, auth, lifecycle }) })
    t.is((await fetch(gateway.url, { headers: { authorization: 'Bearer abc' } })).status, 200)
    t.is(backend.requests[0]?.headers.authorization, undefined)
    service.answer = json({ active: false })
    t.is((await fetch(gateway.url, { headers: { authorization: 'Bearer def' } })).status, 401)
  })

for (const lifecycle of LANES)
  test(`${lifecycle}: a token needs the scopes and roles of the answer`, async (t) => {
    const service = await startService(t, (asked, res) => {
      const scope = asked.body.includes('writer') ? 'orders:read orders:write' : 'orders:reader'
      json({ active: true, sub: 'u1', scope, realm: { roles: asked.body.includes('writer') ? ['admin'] : ['administrator'] } })(asked, res)
    })
    const auth = introspection({
      endpoint: service.url,
      client: { id: 'gw', secret: 's' },
      claims: z.object({ sub: z.string() }),
      scopes: ['orders:read', 'orders:write'],
      roles: ['admin'],
      rolesClaim: ['realm', 'roles'],
    })
    const scoped = await startGuarded(t, auth, auth.scopes(['orders:read', 'orders:write']), lifecycle)
    t.is((await scoped.ask({ authorization: 'Bearer writer' })).status, 200)
    t.deepEqual(await scoped.ask({ authorization: 'Bearer reader' }), {
      status: 403,
      code: 'INSUFFICIENT_SCOPE',
      challenge: 'Bearer error="insufficient_scope", scope="orders:read orders:write"',
    })
    const ruled = await startGuarded(t, auth, auth.roles('admin'), lifecycle)
    t.is((await ruled.ask({ authorization: 'Bearer writer' })).status, 200)
    t.is((await ruled.ask({ authorization: 'Bearer reader' })).code, 'FORBIDDEN')
  })

test('the document says which scopes an introspected token needs', (t) => {
  const auth = introspection({ endpoint: 'https://id.example', client: { id: 'gw', secret: 's' }, claims, scopes: ['read'] })
  const { paths } = documentOf({ a: route({ method: 'GET', path: '/', upstream: anyUpstream, auth, use: { read: auth.scopes('read') } }) })
  t.deepEqual(paths['/'].get.security, [{ introspection: ['read'] }])
})
