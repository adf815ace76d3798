import test, { type ExecutionContext } from 'ava'
import { anyOf, apiKey, type ForwardAuthOptions, forwardAuth, ip, route, type Schema, upstream } from 'gatewright'
import { z } from 'zod'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { type ScriptedService, startService } from '../helpers/scripted-service.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'

const answer =
  (status: number, headers: Record<string, string> = {}, body = ''): ScriptedService['answer'] =>
  (_asked, res) =>
    void res.writeHead(status, headers).end(body)

async function setUp(t: ExecutionContext, first: ScriptedService['answer'], more: Partial<ForwardAuthOptions<Schema>> = {}) {
  const clock = manualClock()
  const service = await startService(t, first)
  const auth = forwardAuth({ url: `${service.url}/check?a=1`, headers: ['Authorization', 'cookie'], ...more } as ForwardAuthOptions<Schema>)
  const gateway = await startAuthGateway(auth, clock)
  t.teardown(() => gateway.close())
  return { clock, service, gateway }
}

const headers = ['Authorization', 'Token 1', 'Cookie', 'a=1', 'X-Org', 'forged', 'X-Secret', 'no']

test('the service is shown the chosen headers and where the request goes, and nothing else', async (t) => {
  const { service, gateway } = await setUp(t, answer(200), { show: ['accept-language'] })
  await gateway.ask([...headers, 'Accept-Language', 'fr', 'Content-Length', '4'], { path: '/orders?x=%20', method: 'POST', body: 'body' })
  const [asked] = service.asked
  t.deepEqual([asked?.method, asked?.url, asked?.body], ['GET', '/check?a=1', ''])
  t.like(asked?.headers, {
    authorization: 'Token 1',
    cookie: 'a=1',
    'accept-language': 'fr',
    'x-forwarded-method': 'POST',
    'x-forwarded-uri': '/orders?x=%20',
    'x-forwarded-host': 'gw',
    'x-forwarded-proto': 'http',
    'x-forwarded-for': '127.0.0.1',
  })
  t.is(asked?.headers['x-secret'], undefined)
  t.is(asked?.headers['content-length'], undefined)
})

test('2xx lets pass: chosen headers go upstream in place of the client’s, others become data', async (t) => {
  const { service, gateway } = await setUp(t, answer(204, { 'x-org': 'acme', 'x-level': '3', 'x-other': 'x' }), {
    upstreamHeaders: ['x-org', 'x-user'],
    data: z.object({ 'x-level': z.coerce.number() }).transform((given) => ({ level: given['x-level'] })),
  })
  const passed = await gateway.ask(headers)
  t.deepEqual(passed.auth, { kind: 'forwardAuth', data: { level: 3 } })
  t.true(passed.frozen)
  t.deepEqual([...passed.edits.request].sort(), ['authorization: -', 'cookie: -', 'x-org: acme', 'x-user: -'])
  service.answer = answer(200, { 'x-level': 'high' })
  t.is((await gateway.ask(headers)).code, 'AUTH_UNAVAILABLE')
})

test('401 and 403 refuse, with the challenge of the service and nothing of its body', async (t) => {
  const { service, gateway } = await setUp(t, answer(401, { 'www-authenticate': 'Digest realm="x"', 'set-cookie': 'a=1' }, 'secret text'))
  const refused = await gateway.ask(headers)
  t.deepEqual([refused.code, refused.challenges], ['INVALID_CREDENTIALS', ['Digest realm="x"']])
  t.false(JSON.stringify(refused).includes('secret text'))
  t.is((await gateway.ask([])).code, 'UNAUTHENTICATED')
  service.answer = answer(401)
  t.deepEqual((await gateway.ask(headers)).challenges, ['Bearer'])
  service.answer = answer(403, { 'www-authenticate': 'Digest' })
  const forbidden = await gateway.ask(headers)
  t.deepEqual([forbidden.status, forbidden.code, forbidden.challenges], [403, 'FORBIDDEN', []])
})

test('anything else is no decision', async (t) => {
  const others = [
    answer(500),
    answer(302, { location: '/login' }),
    answer(404),
    answer(429),
    ((_asked, res) => void res.destroy()) as typeof service.answer,
  ]
  const service = await startService(t, answer(200))
  for (const other of others) {
    const { gateway } = await setUp(t, other)
    const refused = await gateway.ask(headers)
    t.deepEqual([refused.status, refused.code, refused.retryAfter], [503, 'AUTH_UNAVAILABLE', '1'])
  }
})

test('a service that does not answer in time is no decision', async (t) => {
  const { gateway } = await setUp(t, () => undefined, { timeout: '50ms' })
  t.is((await gateway.ask(headers)).code, 'AUTH_UNAVAILABLE')
})

test('without a cache every request is asked about', async (t) => {
  const { service, gateway } = await setUp(t, answer(200))
  for (let index = 0; index < 3; index += 1) await gateway.ask(headers)
  t.is(service.asked.length, 3)
})

test('a decision is used again for what the service was shown, and for nothing else', async (t) => {
  const { clock, service, gateway } = await setUp(t, answer(200), { cache: { ttl: '30s' } })
  await gateway.ask(headers)
  t.true((await gateway.ask([...headers, 'X-More', 'x'])).synchronous)
  t.is(service.asked.length, 1)
  await gateway.ask(headers, { path: '/other' })
  await gateway.ask(headers, { path: '/?q' })
  await gateway.ask(headers, { method: 'DELETE' })
  await gateway.ask(headers.with(1, 'Token 2'))
  t.is(service.asked.length, 5)
  clock.advance(30_000)
  await gateway.ask(headers)
  t.is(service.asked.length, 6)
})

test('with `by` the decision depends on that alone', async (t) => {
  const { service, gateway } = await setUp(t, answer(200), { cache: { ttl: '30s', by: ip } })
  await gateway.ask(headers)
  await gateway.ask(headers.with(1, 'Token 2'), { path: '/other' })
  t.is(service.asked.length, 1)
})

test('a refusal is remembered ten seconds at most', async (t) => {
  const { clock, service, gateway } = await setUp(t, answer(403), { cache: { ttl: '5m' } })
  await gateway.ask(headers)
  service.answer = answer(200)
  t.is((await gateway.ask(headers)).status, 403)
  clock.advance(10_000)
  t.is((await gateway.ask(headers)).status, 200)
})

test('while the service is down an old decision to let pass serves as long as it may', async (t) => {
  const { clock, service, gateway } = await setUp(t, answer(200), { cache: { ttl: '30s', staleOnError: '1m' } })
  await gateway.ask(headers)
  service.answer = answer(500)
  clock.advance(89_000)
  for (let index = 0; index < 5; index += 1) t.is((await gateway.ask(headers)).status, 200)
  t.is(service.asked.length, 4, 'after three failures it is left alone')
  clock.advance(1_000)
  t.is((await gateway.ask(headers)).status, 503)
})

test('headers that the service alone may set are the client’s in no case', async (t) => {
  const key = mintApiKey()
  const service = await startService(t, answer(200, { 'x-org': 'acme' }))
  const partner = apiKey({ keys: [{ id: key.id, hash: key.hash, consumer: 'c' }] })
  const auth = anyOf(partner, forwardAuth({ url: service.url, headers: ['authorization'], upstreamHeaders: ['x-org'] }))
  const gateway = await startAuthGateway(auth)
  t.teardown(() => gateway.close())
  const byKey = await gateway.ask(['X-Api-Key', key.key, 'X-Org', 'forged'])
  t.is(byKey.auth.kind, 'apiKey')
  t.true(byKey.edits.request.includes('x-org: -'))
  const byService = await gateway.ask(['X-Org', 'forged'])
  t.true(byService.edits.request.includes('x-org: acme'))
})

for (const lifecycle of LANES)
  test(`${lifecycle}: the upstream gets what the service said`, async (t) => {
    const service = await startService(t, answer(200, { 'x-org': 'acme' }))
    const backend = await startUpstream(t)
    const target = upstream('target', { targets: [backend.url] })
    const auth = forwardAuth({ url: service.url, headers: ['authorization'], upstreamHeaders: ['x-org', 'x-user-name'] })
    const gateway = await startGateway(t, { any: route({ method: 'GET', path: '/', upstream: target, auth, lifecycle }) })
    const sent = { authorization: 'Token 1', 'x-org': 'forged', 'x-user-name': 'root' }
    t.is((await fetch(gateway.url, { headers: sent })).status, 200)
    const got = backend.requests[0]?.headers
    t.deepEqual([got?.['x-org'], got?.['x-user-name'], got?.authorization], ['acme', undefined, undefined])
  })
