import test from 'ava'
import fc from 'fast-check'
import { pointOf, RolloutState } from '../../runtime/rollout/rollout-state.js'
import type { ResolvedRollout } from '../../sdk/resolved.js'
import { type AbortOptions, abortSchema } from '../../sdk/rollout.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { recordLog } from '../helpers/record-log.js'
import { ReferenceRollout } from './reference-rollout.js'

const upstream = (name: string) => ({ name, settings: {} as never })

function open(percent: number, abortIf: AbortOptions | false = {}, name = 'users') {
  const clock = fakeClock()
  const { lines, log } = recordLog()
  const counted: string[] = []
  const told: unknown[] = []
  const settings: ResolvedRollout = {
    kind: 'canary',
    name,
    sides: [upstream('users'), upstream('users-v2')],
    percent,
    by: undefined,
    abortIf: abortIf === false ? undefined : abortSchema.parse(abortIf),
  }
  const state = new RolloutState(settings, {
    clock,
    log,
    tell: (event) => void told.push(event),
    count: (metric, labels) => void counted.push(`${metric} ${labels['rollout']}`),
  })
  const send = (failed: boolean, side: 0 | 1 = 1) => state.record(side, state.generation, failed)
  const sendAll = (count: number, failed: boolean, side: 0 | 1 = 1) => {
    for (let sent = 0; sent < count; sent++) send(failed, side)
  }
  return { state, clock, lines, counted, told, send, sendAll }
}

const KEYS = Array.from({ length: 10_000 }, (_, index) => `user-${index}`)

test('a share of 5 % takes 5 % of 10,000 keys, other keys under other names, and each always', (t) => {
  const chosen = ['users', 'orders', 'stock'].map((name) => {
    const { state } = open(5, {}, name)
    const taken = KEYS.filter((key) => state.sideOf(key) === 1)
    t.true(taken.length > 390 && taken.length < 610, `${taken.length} of 10,000`)
    t.deepEqual(
      taken,
      KEYS.filter((key) => state.sideOf(key) === 1),
    )
    return new Set(taken)
  })
  const [first, second] = chosen as [Set<string>, Set<string>]
  const both = [...first].filter((key) => second.has(key)).length
  t.true(both < 80, `${both} keys are in both samples of some 500`)
})

test('points are even: each tenth has a tenth of 10,000 keys', (t) => {
  const tenths = Array.from({ length: 10 }, () => 0)
  for (const key of KEYS) (tenths[Math.floor(pointOf('users', key) / 10)] as number)++
  for (const count of tenths) t.true(count > 850 && count < 1_150, String(tenths))
})

test('a share that grows moves keys from stable to canary alone; 0 takes nobody, 100 everybody', (t) => {
  const { state } = open(0)
  t.is(KEYS.filter((key) => state.sideOf(key) === 1).length, 0)
  let before = new Set<string>()
  for (const percent of [1, 5, 5.5, 25, 50, 99]) {
    state.set(percent)
    const taken = new Set(KEYS.filter((key) => state.sideOf(key) === 1))
    t.true([...before].every((key) => taken.has(key)))
    t.true(taken.size > before.size)
    before = taken
  }
  t.is(state.sideOf(''), 0, 'who has no key stays')
  state.set(100)
  t.true([...KEYS, ''].every((key) => state.sideOf(key) === 1))
})

test('it is taken back when more than the bound fails, at its volume, and not before', (t) => {
  const { state, lines, counted, told, send, sendAll } = open(5)
  sendAll(46, false)
  sendAll(3, true)
  t.is(state.percent, 5, '3 of 49 is too much, of too few')
  send(true)
  t.is(state.percent, 0, '4 of 50')
  t.is(state.cause, 'errors')
  t.deepEqual(counted, ['gatewright_rollout_rollbacks_total users'])
  t.like(lines.at(-1), { level: 40, rollout: 'users', percent: 5, requests: 50, failed: 4, allowed: 0.05 })
  t.deepEqual(told, [{ upstream: 'users-v2', target: undefined, change: 'rolled-back', reason: '4 of 50 requests failed' }])
  sendAll(500, true)
  t.is(counted.length, 1)
})

test('exactly the bound is allowed', (t) => {
  const { state, send, sendAll } = open(5, { errorRatio: 0.1, minRequests: 10 })
  sendAll(9, false)
  send(true)
  t.is(state.percent, 5)
  send(true)
  t.is(state.percent, 0)
})

test('what is older than the window counts for nothing', (t) => {
  const { state, clock, sendAll } = open(5, { minRequests: 10, window: '10s' })
  sendAll(9, true)
  clock.advance(10_000)
  sendAll(9, false)
  t.deepEqual(state.counts, { requests: 9, failed: 0 })
  t.is(state.percent, 5)
  clock.advance(10_000)
  t.deepEqual(state.counts, { requests: 0, failed: 0 })
})

test('over stable: an outage of both is not the canary’s', (t) => {
  const { state, sendAll } = open(5, { over: 'stable', minRequests: 10 })
  sendAll(50, true, 0)
  sendAll(50, false, 0)
  sendAll(10, false)
  sendAll(10, true)
  t.is(state.percent, 5, 'half of both')
  sendAll(3, true)
  t.is(state.percent, 0, '13 of 23')
})

test('what began before the last change says nothing of what came after', (t) => {
  const { state, sendAll } = open(5, { minRequests: 10 })
  const { generation } = state
  sendAll(10, true)
  t.is(state.percent, 0)
  state.set(5)
  for (let late = 0; late < 100; late++) state.record(1, generation, true)
  t.is(state.percent, 5)
  t.is(state.cause, 'hand')
  sendAll(10, true)
  t.is(state.percent, 0)
})

test('without `abortIf` nothing is watched, and nothing taken back', (t) => {
  const { state, sendAll } = open(5, false)
  t.false(state.watches(1))
  t.is(state.counts, undefined)
  sendAll(1_000, true)
  t.is(state.percent, 5)
})

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('request' as const), key: fc.nat(12), failed: fc.boolean(), waits: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(3_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('set' as const), percent: fc.constantFrom(0, 1, 5, 20, 50, 80, 99.5, 100) }) },
)

test('10,000 histories: sides, shares and roll-backs are those of the reference', (t) => {
  const histories = () =>
    fc.assert(
      fc.property(
        fc.constantFrom(0, 5, 50, 90, 100),
        fc.record({
          errorRatio: fc.constantFrom(0.05, 0.3, 0.5),
          minRequests: fc.integer({ min: 1, max: 6 }),
          over: fc.constantFrom('nothing' as const, 'stable' as const),
        }),
        fc.array(command, { minLength: 5, maxLength: 40 }),
        (percent, abort, commands) => {
          const { state, clock } = open(percent, { ...abort, window: '10s' })
          const reference = new ReferenceRollout(percent, { ...abort, window: 10_000 })
          const waiting: (() => void)[] = []
          for (const given of commands) {
            if (given.kind === 'advance') {
              clock.advance(given.ms)
              reference.now += given.ms
            } else if (given.kind === 'set') {
              state.set(given.percent)
              reference.set(given.percent)
            } else {
              const key = given.key === 0 ? '' : `user-${given.key}`
              const side = state.sideOf(key)
              if (!reference.allows(key, side)) throw new Error(`"${key}" is on side ${side} at ${state.percent} %`)
              const { generation } = state
              const { period } = reference
              const end = () => {
                state.record(side, generation, given.failed)
                reference.ended(side, period, given.failed)
              }
              if (given.waits) waiting.push(end)
              else end()
              if (!given.waits && waiting.length > 2) waiting.shift()?.()
            }
            if (state.percent !== reference.percent || state.cause !== reference.setBy || state.counts?.requests !== reference.requests)
              throw new Error(
                `${state.percent} % by ${state.cause} after ${state.counts?.requests}, expected ${reference.percent} by ${reference.setBy} after ${reference.requests}`,
              )
          }
        },
      ),
      { numRuns: 10_000 },
    )
  t.notThrows(histories)
})
