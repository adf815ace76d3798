import type { ExecutionContext } from 'ava'
import { type CellRate, toCell } from '../../runtime/stores/gcra.js'
import type { LimitDecision, LimitStore } from '../../runtime/stores/limit-store.js'
import { takeOne } from './take-one.js'

/** A store under test, and a way to let time pass for it. */
export interface Subject {
  readonly store: LimitStore
  pass(ms: number): Promise<void> | void
}

/** The store's time when the case begins, roughly. */
const WALL = Date.now()

type Case = (t: ExecutionContext, subject: Subject) => Promise<void>

const HOURLY: CellRate = { emissionMs: 3_600_000, burst: 5 }

async function takeAll(store: LimitStore, key: string, rate: CellRate, times: number) {
  return Promise.all(Array.from({ length: times }, () => takeOne(store, key, rate)))
}

const HOSTILE_KEYS = [
  '',
  '{',
  '}',
  '{}',
  '{a}',
  'a}',
  '\0',
  'a\0b',
  'a\0',
  '\r\n',
  '*1\r\n$8\r\nFLUSHALL\r\n',
  '%',
  'é',
  'e\u0301',
  '\ud800',
  'x'.repeat(8_192),
  `${'x'.repeat(8_191)}y`,
]

/** What every limit store does, by title. */
export const conformance: Readonly<Record<string, Case>> = {
  async 'admits exactly the burst, and counts it down'(t, { store }) {
    const decisions = await takeAll(store, 'burst\0a', HOURLY, 8)
    t.deepEqual(
      decisions.map(({ admitted, remaining }) => [admitted, remaining]),
      [
        [true, 4],
        [true, 3],
        [true, 2],
        [true, 1],
        [true, 0],
        [false, 0],
        [false, 0],
        [false, 0],
      ],
    )
  },

  async 'says how long until the next request and until the whole burst'(t, { store }) {
    const first = await takeOne(store, 'times\0a', HOURLY)
    t.is(first.retryMs, 0)
    t.true(first.resetMs > 3_590_000 && first.resetMs <= 3_600_000)
    const last = (await takeAll(store, 'times\0a', HOURLY, 5)).at(-1)
    t.true(last !== undefined && last.retryMs > 3_590_000 && last.retryMs <= 3_600_000)
    t.true(last !== undefined && last.resetMs > 5 * 3_590_000 && last.resetMs <= 5 * 3_600_000)
  },

  async 'takes nothing for a refused request'(t, { store }) {
    await takeAll(store, 'refused\0a', HOURLY, 5)
    const [once] = await takeAll(store, 'refused\0a', HOURLY, 1)
    const many = await takeAll(store, 'refused\0a', HOURLY, 50)
    t.true(many.every(({ admitted, retryMs }) => !admitted && once !== undefined && retryMs <= once.retryMs))
  },

  async 'admits again after the time that it named, and again after the pause the whole burst'(t, { store, pass }) {
    const rate: CellRate = { emissionMs: 40, burst: 3 }
    const refused = (await takeAll(store, 'wait\0a', rate, 4)).at(-1)
    t.false(refused?.admitted)
    await pass(refused?.retryMs ?? 0)
    const next = await takeOne(store, 'wait\0a', rate)
    t.true(next.admitted)
    await pass(next.resetMs)
    const whole = await takeAll(store, 'wait\0a', rate, 3)
    t.true(whole.every(({ admitted }) => admitted))
  },

  async 'keeps keys apart, whatever they are made of'(t, { store }) {
    const rate: CellRate = { emissionMs: 3_600_000, burst: 1 }
    for (const key of HOSTILE_KEYS) t.true((await takeOne(store, `hostile\0${key}`, rate)).admitted, JSON.stringify(key.slice(0, 20)))
    for (const key of HOSTILE_KEYS) t.false((await takeOne(store, `hostile\0${key}`, rate)).admitted, JSON.stringify(key.slice(0, 20)))
  },

  async 'keeps counters apart that have the same caller'(t, { store }) {
    const rate: CellRate = { emissionMs: 3_600_000, burst: 1 }
    t.true((await takeOne(store, 'one\0a', rate)).admitted)
    t.true((await takeOne(store, 'two\0a', rate)).admitted)
    t.true((await takeOne(store, 'three', rate)).admitted)
    t.true((await takeOne(store, 'thref', rate)).admitted)
  },

  async 'a smaller limit takes hold at once on a counter of a larger one'(t, { store, pass }) {
    await takeAll(store, 'smaller\0a', HOURLY, 5)
    const rate: CellRate = { emissionMs: 30, burst: 2 }
    const first = await takeOne(store, 'smaller\0a', rate)
    t.false(first.admitted)
    t.true(first.retryMs <= 30)
    await pass(30)
    t.true((await takeOne(store, 'smaller\0a', rate)).admitted)
  },

  async 'counts exactly at rates with a broken number of microseconds'(t, { store }) {
    const rate: CellRate = { emissionMs: 86_400_000 / 7_001, burst: 333 }
    const decisions = await takeAll(store, 'broken\0a', rate, 400)
    t.is(decisions.filter(({ admitted }) => admitted).length, 333)
    t.true(decisions.every(({ remaining, resetMs, retryMs }) => [remaining, resetMs, retryMs].every(Number.isSafeInteger)))
  },

  async 'takes from every window or from none, and says which has no room'(t, { store }) {
    const windows = [toCell({ emissionMs: 360_000, burst: 10 }), toCell({ emissionMs: 3_600_000, burst: 3 })]
    const seen = async (cost: number) =>
      (await store.take('windows\0a', windows, cost)).map(({ admitted, remaining }) => [admitted, remaining])
    t.deepEqual(await seen(1), [
      [true, 9],
      [true, 2],
    ])
    t.deepEqual(await seen(2), [
      [true, 7],
      [true, 0],
    ])
    for (let turn = 0; turn < 20; turn += 1)
      t.deepEqual(await seen(1), [
        [true, 7],
        [false, 0],
      ])
    const refused = await store.take('windows\0a', windows, 8)
    t.deepEqual(
      refused.map(({ admitted, retryMs }) => [admitted, Math.round(retryMs / 360_000)]),
      [
        [false, 1],
        [false, 30],
      ],
    )
  },

  async 'counts a request by its cost, and one that costs more than the burst as the whole burst'(t, { store }) {
    const windows = [toCell(HOURLY)]
    const one = async (cost: number) => (await store.take('cost\0a', windows, cost))[0] as LimitDecision
    t.is((await one(3)).remaining, 2)
    t.false((await one(3)).admitted)
    t.is((await one(0)).remaining, 2)
    t.is((await one(2)).remaining, 0)
    t.true((await one(0)).admitted)
    const whole = async () => (await store.take('cost\0b', windows, 1_000))[0] as LimitDecision
    t.true((await whole()).admitted)
    const refused = await whole()
    t.false(refused.admitted)
    t.true(refused.retryMs > 4.9 * 3_600_000 && refused.retryMs <= 5 * 3_600_000)
  },

  async 'settles what a request cost in the end, in every window'(t, { store }) {
    const windows = [toCell(HOURLY), toCell({ emissionMs: 36_000, burst: 100 })]
    const left = async () => (await store.take('settle\0a', windows, 0)).map(({ remaining }) => remaining)
    await store.take('settle\0a', windows, 4)
    await store.settle('settle\0a', windows, 4, 0)
    t.deepEqual(await left(), [5, 100])
    await store.take('settle\0a', windows, 1)
    await store.settle('settle\0a', windows, 1, 3)
    t.deepEqual(await left(), [2, 97])
    await store.settle('settle\0a', windows, 1, 1_000)
    t.deepEqual(await left(), [0, 0])
    await store.settle('settle\0a', windows, 5, 3)
    t.deepEqual(await left(), [2, 2])
    await store.settle('settle\0none', windows, 5, 0)
    t.true((await store.take('settle\0none', windows, 5)).every(({ admitted }) => admitted))
  },

  async 'admits again at once after a refund, though it refused before'(t, { store }) {
    const windows = [toCell(HOURLY)]
    await store.take('refund\0a', windows, 5)
    t.false((await store.take('refund\0a', windows, 1))[0]?.admitted)
    t.false((await store.take('refund\0a', windows, 1))[0]?.admitted)
    await store.settle('refund\0a', windows, 1, 0)
    t.true((await store.take('refund\0a', windows, 1))[0]?.admitted)
  },

  async 'counts a quota in the window of the time, and puts right what is known later'(t, { store }) {
    const now = WALL
    const bounds = [now - 7_200_000, now - 3_600_000, now + 3_600_000, now + 7_200_000] as const
    const spend = async (cost: number, limit = 5) => {
      const { admitted, remaining, resetMs, retryMs, window } = await store.spend('quota\0a', limit, bounds, cost)
      t.true(resetMs > 3_500_000 && resetMs <= 3_600_000 + 60_000)
      t.is(retryMs, admitted ? 0 : resetMs)
      t.is(window, bounds[1])
      return [admitted, remaining]
    }
    t.deepEqual(await spend(3), [true, 2])
    t.deepEqual(await spend(3), [false, 2])
    t.deepEqual(await spend(2), [true, 0])
    await store.repay('quota\0a', bounds[1], -4)
    t.deepEqual(await spend(0), [true, 4])
    await store.repay('quota\0a', bounds[0], -1)
    t.deepEqual(await spend(0), [true, 4])
    await store.repay('quota\0a', bounds[1], 7)
    t.deepEqual(await spend(1), [false, 0])
    t.deepEqual(await spend(1, 20), [true, 11])
    await store.repay('quota\0none', bounds[1], 7)
    t.is((await store.spend('quota\0none', 5, bounds, 1_000)).remaining, 0)
  },

  async 'warms up and closes, more than once'(t, { store }) {
    await store.warm()
    await store.warm()
    t.true((await takeOne(store, 'life\0a', HOURLY)).admitted)
    await store.close()
    await store.close()
  },
}
