import test from 'ava'
import { jwt } from 'gatewright'
import { z } from 'zod'
import { LANES } from '../helpers/start-gateway.js'
import { session, startGuarded, withClaims } from './authorization-gateway.js'

const FORBIDDEN = { status: 403, code: 'FORBIDDEN', challenge: null }

for (const lifecycle of LANES) {
  test(`${lifecycle}: a token needs every role, or any with \`match\``, async (t) => {
    const all = await startGuarded(t, session, session.roles(['admin', 'editor']), lifecycle)
    t.is((await all.ask(withClaims({ roles: ['editor', 'admin'] }))).status, 200)
    for (const roles of [['admin'], 'admin', ['admin editor'], ['Admin', 'editor'], [], undefined, { admin: true }])
      t.deepEqual(await all.ask(withClaims({ roles })), FORBIDDEN, JSON.stringify(roles))
    const any = await startGuarded(t, session, session.roles(['admin', 'editor'], { match: 'any' }), lifecycle)
    t.is((await any.ask(withClaims({ roles: 'editor' }))).status, 200)
    t.deepEqual(await any.ask(withClaims({ roles: ['reader'] })), FORBIDDEN)
  })

  test(`${lifecycle}: in shadow nobody is refused`, async (t) => {
    const { ask } = await startGuarded(t, session, session.roles('admin', { mode: 'shadow' }), lifecycle)
    t.is((await ask(withClaims({}))).status, 200)
  })
}

test('roles can stand deep in the token, and under a name with dots', async (t) => {
  const secret = 'a secret that is long enough for HS256'
  for (const [rolesClaim, claims] of [
    [['realm_access', 'roles'], { realm_access: { roles: ['admin'] } }],
    ['https://example.org/roles', { 'https://example.org/roles': ['admin'] }],
  ] as const) {
    const auth = jwt({
      ...{ issuer: 'hs', audience: 'api', algorithms: ['HS256'], secret, claims: z.looseObject({}) },
      roles: ['admin'],
      rolesClaim,
    })
    const { ask } = await startGuarded(t, auth, auth.roles('admin'), 'direct')
    t.is((await ask(withClaims(claims))).status, 200)
    t.deepEqual(await ask(withClaims({ roles: ['admin'] })), FORBIDDEN)
  }
})
