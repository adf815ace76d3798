import test from 'ava'
import { anyOf, apiKey, jwt } from 'gatewright'
import { manualClock, startAuthGateway } from '../helpers/auth-gateway.js'
import { startIssuer } from '../helpers/issuer.js'
import { makeSigningKey } from '../helpers/tokens.js'
import { bearer, claims, hash, id, key, NOW, partner, SECRET, session, token, unknown } from './two-auths.js'

const gateway = await startAuthGateway(anyOf(session, partner))
test.after.always(() => gateway.close())

test('either credential is accepted and told apart by kind', async (t) => {
  t.like((await gateway.bearer(token())).auth, { kind: 'jwt', claims: { sub: 'ann' } })
  t.like((await gateway.ask(['X-Api-Key', key])).auth, { kind: 'apiKey', consumer: 'acme' })
})

test('the first in the order of the config wins, and all credentials are stripped', async (t) => {
  const answer = await gateway.ask(['X-Api-Key', key, ...bearer(token())])
  t.is(answer.auth.kind, 'jwt')
  t.deepEqual([...answer.stripped].sort(), ['authorization', 'x-api-key'])
})

test('a credential that does not hold leaves room for one that does', async (t) => {
  for (const bad of [token({ exp: 1 }), 'x', 'a.b.c'])
    t.is((await gateway.ask([...bearer(bad), 'X-Api-Key', key])).auth.kind, 'apiKey', bad.slice(0, 5))
  t.is((await gateway.ask(['Authorization', 'Basic eA==', 'X-Api-Key', key])).auth.kind, 'apiKey')
  t.is((await gateway.ask(['X-Api-Key', unknown, ...bearer(token())])).auth.kind, 'jwt')
})

test('without any credential every kind is named in a line of its own', async (t) => {
  const answer = await gateway.ask(['Authorization', 'Basic eA=='])
  t.is(answer.code, 'UNAUTHENTICATED')
  t.deepEqual(answer.challenges, ['Bearer', 'ApiKey header="x-api-key"'])
})

test('when all fail, the first failure is the answer', async (t) => {
  const answer = await gateway.ask([...bearer(token({ exp: 1 })), 'X-Api-Key', unknown])
  t.is(answer.detail, 'The token has expired.')
  t.is((await gateway.ask(['X-Api-Key', unknown])).detail, 'The API key is not known.')
})

test('a credential that cannot be checked outweighs one that is wrong', async (t) => {
  const signing = await makeSigningKey('RS256', 'a')
  const issuer = await startIssuer(signing)
  issuer.mood = 'error'
  const remote = jwt({ issuer: issuer.url, audience: 'api', algorithms: ['RS256'], header: 'x-user', claims })
  const user = ['X-User', await issuer.sign(signing, { sub: 'ann', aud: 'api', exp: NOW + 100 })]
  for (const auth of [anyOf(remote, partner), anyOf(partner, remote)]) {
    const gate = await startAuthGateway(auth)
    await gate.warmed()
    t.is((await gate.ask([...user, 'X-Api-Key', unknown])).code, 'AUTH_UNAVAILABLE')
    t.is((await gate.ask([...user, 'X-Api-Key', key])).auth.kind, 'apiKey')
    await gate.close()
  }
  await issuer.close()
})

test('only the credential that was verified is sent on, and only if it is marked so', async (t) => {
  const sent = apiKey({ keys: [{ id, hash, consumer: 'acme' }], forward: true })
  const gate = await startAuthGateway(anyOf(session, sent))
  t.deepEqual((await gate.ask(['X-Api-Key', key])).stripped, ['authorization'])
  t.deepEqual([...(await gate.ask(['X-Api-Key', unknown, ...bearer(token())])).stripped].sort(), ['authorization', 'x-api-key'])
  await gate.close()
})

test('two tokens in two headers are two kinds of credential', async (t) => {
  const other = jwt({ issuer: 'hs', audience: 'ops', algorithms: ['HS256'], secret: SECRET, header: 'x-ops', claims })
  const gate = await startAuthGateway(anyOf(other, session))
  t.is((await gate.ask([...bearer(token()), 'X-Ops', token({ aud: 'api' })])).auth.claims.sub, 'ann')
  t.is((await gate.ask(['X-Ops', token({ aud: 'ops', sub: 'root' })])).auth.claims.sub, 'root')
  t.deepEqual((await gate.ask([])).challenges, ['Bearer header="x-ops"', 'Bearer'])
  await gate.close()
})

test('anyOf inside anyOf is one flat list', async (t) => {
  const outer = apiKey({ header: 'x-outer', keys: [{ id, hash, consumer: 'outer' }] })
  const gate = await startAuthGateway(anyOf(outer, anyOf(session, partner)), manualClock())
  t.is((await gate.ask(['x-outer', key])).auth.consumer, 'outer')
  t.is((await gate.ask(['x-api-key', key])).auth.consumer, 'acme')
  t.is((await gate.bearer(token())).auth.kind, 'jwt')
  await gate.close()
})
