import test from 'ava'
import { toCell } from '../../runtime/stores/gcra.js'
import { createMemoryLimitStore, type MemoryLimitStore } from '../../runtime/stores/memory-limit-store.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { conformance } from './limit-store-conformance.js'

const WINDOW = [toCell({ emissionMs: 3_600_000, burst: 1 })]

const admits = (store: MemoryLimitStore, key: string, windows = WINDOW) => store.take(key, windows, 1)[0]?.admitted

for (const [title, run] of Object.entries(conformance))
  test(`in memory: ${title}`, async (t) => {
    const clock = fakeClock(Date.now())
    await run(t, { store: createMemoryLimitStore(clock), pass: (ms) => clock.advance(ms) })
  })

test('decides without a promise', (t) => {
  const decisions = createMemoryLimitStore(fakeClock()).take('a', WINDOW, 1)
  t.false(decisions instanceof Promise)
  t.true(decisions[0]?.admitted)
})

test('beyond its number of keys it forgets the one that was silent longest, and not one that keeps asking', (t) => {
  const store = createMemoryLimitStore(fakeClock(), { maxKeys: 3 })
  for (const key of ['a', 'b', 'c']) admits(store, key)
  t.false(admits(store, 'a'))
  admits(store, 'd')
  t.false(admits(store, 'a'))
  t.true(admits(store, 'b'))
})

test('twenty thousand keys of eight kilobytes do not take eight kilobytes each', (t) => {
  const store = createMemoryLimitStore(fakeClock())
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 20_000; index += 1) admits(store, Buffer.alloc(8_192, `${index} `).toString('latin1'))
  globalThis.gc?.()
  const grown = process.memoryUsage().heapUsed - before
  t.true(grown < 64 * 1_048_576, `${grown} bytes`)
})

test('a clock that stands still or moves by fractions of a millisecond admits no more than the burst', (t) => {
  const clock = fakeClock()
  const store = createMemoryLimitStore(clock)
  const windows = [toCell({ emissionMs: 1, burst: 10 })]
  let admitted = 0
  for (let step = 0; step < 3_000; step += 1) {
    clock.advance(1 / 3)
    if (admits(store, 'a', windows)) admitted += 1
  }
  t.true(admitted >= 1_000 && admitted <= 1_010, `${admitted}`)
})

test('300,000 callers take no more memory than the counters that are kept, for rates and quotas', (t) => {
  const store = createMemoryLimitStore(fakeClock(), { maxKeys: 1_000 })
  const bounds = [0, 1, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 150_000; index += 1) {
    store.take(`flood\0${index}`, WINDOW, 1)
    store.spend(`flood\0${index}`, 1, bounds, 1)
  }
  t.false(admits(store, 'flood\x00149999'))
  t.true(admits(store, 'flood\x000'))
  t.false(store.spend('flood\x00149999', 1, bounds, 1).admitted)
  t.true(process.memoryUsage().heapUsed - before < 96 * 1_048_576)
})
