import test from 'ava'
import { Problem } from 'gatewright'
import { TokenCache } from '../../runtime/auth/token-cache.js'
import type { Verdict } from '../../runtime/auth/verify-token.js'
import { manualClock } from '../helpers/auth-gateway.js'

const keys = { generation: 0, find: () => Promise.resolve(undefined), holds: (generation: number) => generation === keys.generation }

function setUp(outcome: (token: string) => Verdict | Problem, max = 10) {
  const clock = manualClock(0)
  const asked: string[] = []
  const verify = async (token: string) => {
    asked.push(token)
    const result = outcome(token)
    if (result instanceof Problem) throw result
    return result
  }
  return { clock, asked, tokens: new TokenCache(verify, clock, max) }
}

const verdict = (auth: unknown): Verdict => ({ auth, expires: 1_000, keys, generation: 0, marks: { keys: [], issuedAt: 0 } })

test('a token that several requests bring at once is verified once', async (t) => {
  const { asked, tokens } = setUp(verdict, 0)
  const results = await Promise.all([tokens.verify('a'), tokens.verify('a'), tokens.verify('b'), tokens.verify('a')])
  t.deepEqual(
    results.map(({ auth }) => auth),
    ['a', 'a', 'b', 'a'],
  )
  t.deepEqual(asked, ['a', 'b'])
  await tokens.verify('a')
  t.deepEqual(asked, ['a', 'b', 'a'], 'later ones are not answered from a flight that landed')
})

test('a verified token is recalled until it expires', async (t) => {
  const { clock, tokens } = setUp(verdict)
  t.is(tokens.recall('a'), undefined)
  await tokens.verify('a')
  clock.advance(999)
  t.is(tokens.recall('a')?.auth, 'a')
  clock.advance(1)
  t.is(tokens.recall('a'), undefined)
  clock.step(-500)
  t.is(tokens.recall('a'), undefined, 'what was dropped does not come back with the clock')
})

test('a verified token is not recalled once its key is withdrawn', async (t) => {
  const { tokens } = setUp((token) => ({ ...verdict(token), generation: -1 }))
  await tokens.verify('a')
  t.is(tokens.recall('a'), undefined)
})

test('a refusal is not remembered', async (t) => {
  const { asked, tokens } = setUp(() => new Problem('INVALID_CREDENTIALS'))
  for (const _ of [1, 2]) await t.throwsAsync(tokens.verify('a'), { instanceOf: Problem })
  t.deepEqual(asked, ['a', 'a'])
  t.is(tokens.recall('a'), undefined)
})
