import test from 'ava'
import { authDefinitions, policyDefinitions } from '../../sdk/policies/index.js'
import { LANES } from '../helpers/start-gateway.js'
import { IDLE_SCENES, POLICY_SCENES } from './policy-scenes.js'
import { type Played, playScene } from './scene.js'

test('every policy and auth has its scenes', (t) => {
  t.deepEqual(Object.keys(POLICY_SCENES).sort(), Object.keys({ ...policyDefinitions, ...authDefinitions }).sort())
})

/** What a policy declares in its scenes and did not do in any. */
function notSeen(played: readonly Played[]): readonly string[] {
  const has = (of: 'codes' | 'headers' | 'onProblems', name: string) => played.some((one) => one[of].has(name))
  const problems = played.flatMap(({ declared }) => declared.problems)
  const headers = played.flatMap(({ declared }) => declared.headers)
  const replies = played.flatMap(({ declared }) => declared.replies)
  return [
    ...replies.filter(({ status }) => !played.some(({ statuses }) => statuses.has(status))).map(({ status }) => `status ${status}`),
    ...problems.filter((code) => !has('codes', code)),
    ...headers.flatMap(({ name, on }) =>
      has(on === 'any' ? 'headers' : 'onProblems', name.toLowerCase()) ? [] : `${name} on ${on === 'any' ? 'any response' : 'problems'}`,
    ),
  ]
}

// One at a time: some scenes hold the process up, and would have others run into their timeouts.
for (const lifecycle of LANES)
  for (const [name, scenes] of Object.entries(POLICY_SCENES))
    test.serial(`${lifecycle}: ${name} does all that it declares, and nothing that is not declared`, async (t) => {
      const played: Played[] = []
      for (const scene of scenes) played.push(await playScene(t, name, scene, lifecycle))
      t.true(played.every(({ used, headers }) => used && headers.size > 0))
      t.deepEqual(notSeen(played), [], 'declared, and not seen')
      t.deepEqual(
        played.flatMap(({ undeclared }) => undeclared),
        [],
        'seen, and not declared',
      )
    })

for (const [name, scenes] of Object.entries(IDLE_SCENES))
  test(`${name} declares nothing where it does nothing`, async (t) => {
    for (const scene of scenes) {
      const { used, declared, undeclared } = await playScene(t, name, scene, 'direct')
      t.true(used)
      t.deepEqual(
        Object.values(declared).filter((part) => Array.isArray(part) && part.length > 0),
        [],
      )
      t.deepEqual(undeclared, [])
    }
  })
