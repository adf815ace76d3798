import test from 'ava'
import { jwt } from 'gatewright'
import { z } from 'zod'
import { rolesOf, scopesOf } from '../../runtime/auth/granted.js'
import { LANES } from '../helpers/start-gateway.js'
import { session, startGuarded, withClaims } from './authorization-gateway.js'

const REFUSALS = 'gatewright_authorization_refusals_total'

for (const lifecycle of LANES) {
  test(`${lifecycle}: J-24: a token needs every scope, whole, from \`scope\` or \`scp\`, as a text or a list`, async (t) => {
    const { ask, server, metric } = await startGuarded(t, session, session.scopes(['orders:read', 'orders:write']), lifecycle)
    const granted = ['orders:write orders:read', 'x orders:read orders:write', ['orders:read', 'orders:write']]
    for (const scope of granted) for (const claim of ['scope', 'scp']) t.is((await ask(withClaims({ [claim]: scope }))).status, 200)
    const passed = server.requests.length
    const refused = [
      '',
      'orders:read',
      'orders:read orders:writer',
      'orders:reader orders:write',
      ['orders:read orders:write'],
      7,
      null,
      {},
    ]
    for (const scope of refused) {
      t.deepEqual(await ask(withClaims({ scope })), {
        status: 403,
        code: 'INSUFFICIENT_SCOPE',
        challenge: 'Bearer error="insufficient_scope", scope="orders:read orders:write"',
      })
    }
    t.is((await ask(withClaims({}))).status, 403)
    t.is((await ask(withClaims({ scope: '', scp: 'orders:read orders:write' }))).status, 403, 'one claim, not the better of two')
    t.is((await ask({})).status, 401)
    t.is(server.requests.length, passed, 'the upstream is untouched')
    t.deepEqual(await metric(REFUSALS), [`${REFUSALS}{policy="rule",route="guarded"} ${refused.length + 2}`])
  })

  test(`${lifecycle}: with \`match: 'any'\` one scope is enough`, async (t) => {
    const { ask } = await startGuarded(t, session, session.scopes(['orders:read', 'orders:write'], { match: 'any' }), lifecycle)
    t.is((await ask(withClaims({ scope: 'orders:write' }))).status, 200)
    t.is((await ask(withClaims({ scope: 'read' }))).status, 403)
  })

  test(`${lifecycle}: in shadow nobody is refused, and it is counted`, async (t) => {
    const { ask, metric } = await startGuarded(t, session, session.scopes('read', { mode: 'shadow' }), lifecycle)
    t.deepEqual(await ask(withClaims({ scope: 'readwrite' })), { status: 200, code: undefined, challenge: null })
    const name = 'gatewright_shadow_refusals_total'
    t.deepEqual(await metric(name), [`${name}{policy="rule",route="guarded",code="INSUFFICIENT_SCOPE"} 1`])
    t.deepEqual(await metric(REFUSALS), [])
  })
}

test('a token in another header is challenged by that name', async (t) => {
  const secret = 'a secret that is long enough for HS256'
  const other = jwt({
    ...{ issuer: 'hs', audience: 'api', algorithms: ['HS256'], secret, claims: z.looseObject({}) },
    scopes: ['a'],
    header: 'x-token',
  })
  const { ask } = await startGuarded(t, other, other.scopes('a'), 'direct')
  const token = withClaims({})['authorization']?.slice('Bearer '.length) as string
  t.is((await ask({ 'x-token': token })).challenge, 'Bearer header="x-token", error="insufficient_scope", scope="a"')
})

test('on a route without the auth nobody has the scope', async (t) => {
  const { apiKey } = await import('gatewright')
  const { mintApiKey } = await import('../../runtime/auth/api-key-format.js')
  const { key, id, hash } = mintApiKey()
  const partner = apiKey({ keys: [{ id, hash, consumer: 'acme' }] })
  const { ask } = await startGuarded(t, partner, session.scopes('read'), 'direct')
  t.is((await ask({ 'x-api-key': key })).code, 'INSUFFICIENT_SCOPE')
})

test('scopes and roles are read from own properties only', (t) => {
  t.deepEqual(scopesOf({ scope: ' a  b ' }), ['a', 'b'])
  t.deepEqual(scopesOf({ scp: ['a', 1, 'b c'] }), ['a', 'b c'])
  t.deepEqual(rolesOf({ realm: { roles: ['a', 2] } }, ['realm', 'roles']), ['a'])
  t.deepEqual(rolesOf({ roles: 'admin' }, ['roles']), ['admin'])
  for (const path of [['constructor', 'name'], ['roles', 'x'], ['__proto__']]) t.deepEqual(rolesOf({ roles: null }, path), [], String(path))
})
