import test from 'ava'
import { allOf, anyOf, forwardAuth, mtls, optional, rateLimit, route, upstream } from 'gatewright'
import { mintApiKey } from '../../runtime/auth/api-key-format.js'
import { startAuthGateway } from '../helpers/auth-gateway.js'
import { startService } from '../helpers/scripted-service.js'
import { LANES, startGateway, startUpstream } from '../helpers/start-gateway.js'
import { rawToken } from '../helpers/tokens.js'
import { bearer, key, partner, session, token, unknown } from './two-auths.js'

const gateway = await startAuthGateway(optional(anyOf(session, partner)))
test.after.always(() => gateway.close())

test('J-17: without a credential the caller is anonymous', async (t) => {
  const answer = await gateway.ask(['Cookie', 'token=x', 'X-Other', 'y'])
  t.is(answer.status, 200)
  t.is(answer.auth, undefined)
  t.true(answer.synchronous)
})

test('J-17: a credential that holds counts', async (t) => {
  t.is((await gateway.bearer(token())).auth.claims.sub, 'ann')
  t.is((await gateway.ask(['X-Api-Key', key])).auth.consumer, 'acme')
})

test('J-17: a credential that does not hold is 401, never anonymous', async (t) => {
  const unsigned = token().replace(/[^.]+$/, 'AAAA')
  for (const value of ['x', 'a.b.c', token({ exp: 1 }), unsigned, rawToken({ alg: 'none' }, { iss: 'hs' }, () => 'AAAA')])
    t.is((await gateway.bearer(value)).code, 'INVALID_CREDENTIALS', value.slice(0, 12))
  for (const headers of [
    ['Authorization', ''],
    ['Authorization', 'Basic eA=='],
    ['X-Api-Key', ''],
    ['X-Api-Key', 'x'],
    ['Authorization', token()],
  ])
    t.is((await gateway.ask(headers)).code, 'INVALID_CREDENTIALS', String(headers).slice(0, 24))
  t.is((await gateway.ask([...bearer(token()), ...bearer(token())])).code, 'INVALID_CREDENTIALS')
})

test('a part of what is needed together is not anonymous', async (t) => {
  const gate = await startAuthGateway(optional(allOf({ session, partner })))
  t.is((await gate.ask([])).status, 200)
  t.is((await gate.ask(['X-Api-Key', key])).code, 'INVALID_CREDENTIALS')
  t.is((await gate.ask(['X-Api-Key', key, ...bearer(token())])).auth.kind, 'allOf')
  await gate.close()
})

test('headers that only an auth may send upstream are stripped from anonymous callers, who are not asked about', async (t) => {
  const service = await startService(t, (_asked, res) => void res.writeHead(204, { 'x-user': 'ann' }).end())
  const decided = forwardAuth({ url: service.url, headers: ['x-ticket'], upstreamHeaders: ['x-user', 'x-org'] })
  for (const auth of [optional(decided), optional(anyOf(partner, decided)), optional(allOf({ decided, partner }))]) {
    const gate = await startAuthGateway(auth)
    const answer = await gate.ask(['X-User', 'forged', 'X-Org', 'forged', 'X-Other', 'y'])
    t.is(answer.status, 200)
    t.is(answer.auth, undefined)
    t.true(['x-user: -', 'x-org: -'].every((edit) => answer.edits.request.includes(edit)))
    await gate.close()
  }
  t.is(service.asked.length, 0)
  const gate = await startAuthGateway(optional(allOf({ decided, partner })))
  const known = await gate.ask(['X-User', 'forged', 'X-Ticket', '1', 'X-Api-Key', key])
  t.like(known.auth, { kind: 'allOf', decided: { kind: 'forwardAuth' }, partner: { consumer: 'acme' } })
  t.deepEqual([...known.edits.request].sort(), ['x-api-key: -', 'x-org: -', 'x-ticket: -', 'x-user: ann'])
  t.is((await gate.ask(['X-User', 'forged', 'X-Ticket', '1'])).code, 'INVALID_CREDENTIALS')
  await gate.close()
})

test('what one alternative sent upstream before it failed does not stay for the next', async (t) => {
  const service = await startService(t, (_asked, res) => void res.writeHead(204, { 'x-user': 'ann' }).end())
  const decided = forwardAuth({ url: service.url, headers: ['x-ticket'], upstreamHeaders: ['x-user'] })
  const gate = await startAuthGateway(anyOf(allOf({ decided, partner }), session))
  const answer = await gate.ask(['X-Ticket', '1', 'X-Api-Key', mintApiKey().key, ...bearer(token())])
  t.is(answer.auth.kind, 'jwt')
  t.is(answer.edits.request.filter((edit) => edit.startsWith('x-user')).at(-1), 'x-user: -')
  await gate.close()
})

test('a credential that does not hold is not told to be missing, also where a service misses its own', async (t) => {
  const service = await startService(t, (_asked, res) => void res.writeHead(401, { 'www-authenticate': 'Ticket' }).end())
  const decided = forwardAuth({ url: service.url, headers: ['x-ticket'] })
  const gate = await startAuthGateway(optional(anyOf(decided, partner)))
  for (const headers of [
    ['X-Api-Key', ''],
    ['X-Api-Key', unknown],
  ]) {
    const answer = await gate.ask(headers)
    t.is(answer.code, 'INVALID_CREDENTIALS')
    t.deepEqual(answer.challenges, ['Bearer', 'ApiKey header="x-api-key"'])
  }
  t.deepEqual((await gate.ask(['X-Ticket', '1'])).challenges, ['Ticket'])
  await gate.close()
})

test('a caller without a client certificate is anonymous', async (t) => {
  const service = mtls({ consumers: [{ consumer: 'billing', san: 'DNS:billing.example.org' }] })
  const gate = await startAuthGateway(optional(anyOf(service, session)))
  t.is((await gate.ask([])).auth, undefined)
  t.is((await gate.bearer(token())).auth.kind, 'jwt')
  await gate.close()
})

for (const lifecycle of LANES)
  test(`${lifecycle}: a limiter tells anonymous callers from others`, async (t) => {
    const server = await startUpstream(t)
    const someone = optional(partner)
    const limit = rateLimit({ by: someone.key((auth) => auth?.consumer ?? 'anonymous'), limit: '1/h' })
    const target = upstream('target', { targets: [server.url] })
    const gate = await startGateway(t, {
      open: route({ method: 'GET', path: '/', upstream: target, auth: someone, use: { limit }, lifecycle }),
    })
    const status = async (headers: Record<string, string>) => (await fetch(gate.url, { headers })).status
    t.deepEqual([await status({}), await status({}), await status({ 'x-api-key': key })], [200, 429, 200])
    t.is(await status({ 'x-api-key': 'x' }), 401)
  })
