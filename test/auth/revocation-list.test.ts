import test from 'ava'
import { Problem } from 'gatewright'
import { pino } from 'pino'
import { RevocationList, revocationKey } from '../../runtime/auth/revocation-list.js'
import { readRevocation } from '../../runtime/auth/revocation-request.js'
import { CLOCKS_APART_MS } from '../../runtime/clock.js'
import { createMemorySharedState } from '../../runtime/stores/memory-shared-state.js'
import type { SharedState } from '../../runtime/stores/shared-state.js'
import { manualClock } from '../helpers/auth-gateway.js'

const ISSUER = 'https://id.example.org/'
const NOW = 1_900_000_000
const log = pino({ level: 'silent' })
const marks = (kind: 'jti' | 'sub' | 'iat', value = '', issuedAt = NOW) => ({ keys: [revocationKey(kind, ISSUER, value)], issuedAt })

function setUp(wrap: (shared: SharedState) => SharedState = (shared) => shared) {
  const clock = manualClock()
  const shared = wrap(createMemorySharedState(clock))
  const make = () => new RevocationList({ shared, clock, log })
  return { clock, shared, make }
}

test('a revocation holds here and in every other process at once, and after a restart', async (t) => {
  const { clock, make } = setUp()
  const [here, there] = [make(), make()]
  await Promise.all([here.load(), there.load()])
  t.false(there.revokes(marks('jti', 'a')))
  await here.add(readRevocation({ issuer: ISSUER, jti: 'a' }, clock))
  for (const list of [here, there]) {
    t.true(list.revokes(marks('jti', 'a')))
    t.false(list.revokes(marks('jti', 'b')))
    t.false(list.revokes(marks('sub', 'a')))
  }
  const later = make()
  await later.load()
  t.true(later.revokes(marks('jti', 'a')))
})

test('a subject, or a whole issuer, is revoked for tokens issued until then', async (t) => {
  const { clock, make } = setUp()
  const list = make()
  await list.load()
  await list.add(readRevocation({ issuer: ISSUER, sub: 'ann' }, clock))
  t.true(list.revokes(marks('sub', 'ann', NOW)))
  t.false(list.revokes(marks('sub', 'ann', NOW + 1)))
  await list.add(readRevocation({ issuer: ISSUER, sub: 'ann', before: NOW - 50 }, clock))
  t.true(list.revokes(marks('sub', 'ann', NOW)), 'an earlier bound takes nothing back')
  await list.add(readRevocation({ issuer: ISSUER, before: NOW - 10 }, clock))
  t.deepEqual(
    [NOW - 10, NOW - 9].map((at) => list.revokes(marks('iat', '', at))),
    [true, false],
  )
})

test('names of different kinds and issuers cannot be mistaken for one another', (t) => {
  const keys = [
    revocationKey('jti', 'a', 'b'),
    revocationKey('sub', 'a', 'b'),
    revocationKey('jti', 'ab', ''),
    revocationKey('jti', 'a"', 'b'),
    revocationKey('jti', 'a', '"b'),
  ]
  t.is(new Set(keys).size, keys.length)
})

test('a revocation is forgotten when its time is over by all clocks, also in the store', async (t) => {
  const { clock, shared, make } = setUp()
  const list = make()
  await list.load()
  await list.add(readRevocation({ issuer: ISSUER, jti: 'a', keep: '1h' }, clock))
  clock.advance(3_600_000 + CLOCKS_APART_MS - 1)
  t.true(list.revokes(marks('jti', 'a')))
  clock.advance(1)
  t.false(list.revokes(marks('jti', 'a')))
  const parts = await Promise.all(Array.from({ length: 64 }, (_, index) => shared.get(`revocations\0${index}`)))
  t.deepEqual(
    parts.filter((part) => part !== undefined),
    [],
  )
})

test('a thousand revocations by two processes at once are all kept', async (t) => {
  const { clock, make } = setUp()
  const [here, there] = [make(), make()]
  await Promise.all([here.load(), there.load()])
  const names = Array.from({ length: 1_000 }, (_, index) => `token-${index}`)
  // Ten at a time, as operators' scripts do.
  for (let from = 0; from < names.length; from += 10)
    await Promise.all(
      names.slice(from, from + 10).map((jti, index) => (index % 2 ? here : there).add(readRevocation({ issuer: ISSUER, jti }, clock))),
    )
  const fresh = make()
  await fresh.load()
  for (const list of [here, there, fresh]) t.true(names.every((name) => list.revokes(marks('jti', name))))
})

test('what a lost message said is known 30 seconds later', async (t) => {
  const { clock, make } = setUp((shared) =>
    Object.assign(Object.create(shared) as SharedState, {
      get: (key: string) => shared.get(key),
      set: shared.set.bind(shared),
      setIfAbsent: shared.setIfAbsent.bind(shared),
      replace: shared.replace.bind(shared),
      subscribe: () => () => undefined,
      publish: async () => undefined,
    }),
  )
  const [here, there] = [make(), make()]
  await Promise.all([here.load(), there.load()])
  await here.add(readRevocation({ issuer: ISSUER, jti: 'a' }, clock))
  clock.advance(29_999)
  t.false(there.revokes(marks('jti', 'a')))
  clock.advance(1)
  t.false(there.revokes(marks('jti', 'a')), 'answers with what it has')
  await there.load()
  t.true(there.revokes(marks('jti', 'a')))
})

test('before it was ever read nobody can say; once it was, the last known list serves on', async (t) => {
  let down = true
  const { clock, make } = setUp((shared) => {
    const get = (key: string) => (down ? Promise.reject(new Problem('UNAVAILABLE')) : shared.get(key))
    return {
      ...shared,
      get,
      set: shared.set.bind(shared),
      setIfAbsent: shared.setIfAbsent.bind(shared),
      replace: shared.replace.bind(shared),
      remove: shared.remove.bind(shared),
      publish: shared.publish.bind(shared),
      subscribe: shared.subscribe.bind(shared),
      close: shared.close.bind(shared),
    }
  })
  const list = make()
  await list.load()
  t.is(t.throws(() => list.revokes(marks('jti', 'a')), { instanceOf: Problem })?.code, 'AUTH_UNAVAILABLE')
  down = false
  await list.add(readRevocation({ issuer: ISSUER, jti: 'a' }, clock))
  clock.advance(1_000)
  t.throws(() => list.revokes(marks('jti', 'a')), { instanceOf: Problem }, 'and is asked again behind that')
  await list.load()
  t.true(list.revokes(marks('jti', 'a')))
  down = true
  clock.advance(60_000)
  t.true(list.revokes(marks('jti', 'a')))
  await list.load()
  t.true(list.revokes(marks('jti', 'a')))
})

test('what cannot be meant is refused with the reason', (t) => {
  const clock = manualClock()
  const wrong: [unknown, RegExp][] = [
    [undefined, /expected object/],
    [{ jti: 'a' }, /issuer/],
    [{ issuer: ISSUER, jti: 'a', sub: 'b' }, /expected `jti`, `sub` or neither/],
    [{ issuer: ISSUER, jit: 'a' }, /Unrecognized key: "jit"/],
    [{ issuer: ISSUER, keep: 'long' }, /expected a duration/],
  ]
  for (const [given, message] of wrong) t.throws(() => readRevocation(given, clock), { instanceOf: Problem, message })
})
