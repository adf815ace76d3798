import test from 'ava'
import { optional } from 'gatewright'
import { LANES } from '../helpers/start-gateway.js'
import { session, startGuarded, withClaims } from './authorization-gateway.js'

const FORBIDDEN = { status: 403, code: 'FORBIDDEN', challenge: null }

for (const lifecycle of LANES) {
  test(`${lifecycle}: a rule lets pass by true or a promise of it, and nothing else`, async (t) => {
    const rules = {
      sync: session.allow('ann', (auth) => auth.claims.sub === 'ann'),
      async: session.allow('ann', async (auth) => auth.claims.sub === 'ann'),
    }
    for (const [name, rule] of Object.entries(rules)) {
      const { ask } = await startGuarded(t, session, rule, lifecycle)
      t.is((await ask(withClaims({}))).status, 200, name)
      t.deepEqual(await ask(withClaims({ sub: 'bob' })), FORBIDDEN, name)
    }
    for (const odd of [1, 'yes', {}, undefined, Promise.resolve(1)]) {
      const { ask } = await startGuarded(
        t,
        session,
        session.allow('odd', () => odd as boolean),
        lifecycle,
      )
      t.deepEqual(await ask(withClaims({})), FORBIDDEN, String(odd))
    }
  })

  test(`${lifecycle}: a rule that fails lets nobody pass`, async (t) => {
    const fail = () => {
      throw new Error('a bug')
    }
    for (const rule of [fail, async () => fail()]) {
      const { ask } = await startGuarded(t, session, session.allow('broken', rule), lifecycle)
      t.is((await ask(withClaims({}))).code, 'INTERNAL')
      const shadow = await startGuarded(t, session, session.allow('broken', rule, { mode: 'shadow' }), lifecycle)
      t.is((await shadow.ask(withClaims({}))).status, 200, 'except in shadow')
    }
  })
}

test('a rule of an optional auth sees callers without a credential', async (t) => {
  const someone = optional(session)
  const { ask } = await startGuarded(
    t,
    someone,
    someone.allow('not bob', (auth) => auth?.claims.sub !== 'bob'),
    'direct',
  )
  t.is((await ask({})).status, 200)
  t.deepEqual(await ask(withClaims({ sub: 'bob' })), FORBIDDEN)
})
