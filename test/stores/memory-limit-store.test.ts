import test from 'ava'
import { createMemoryLimitStore } from '../../runtime/stores/memory-limit-store.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { conformance } from './limit-store-conformance.js'

const ONCE = { emissionMs: 3_600_000, burst: 1 }

for (const [title, run] of Object.entries(conformance))
  test(`in memory: ${title}`, async (t) => {
    const clock = fakeClock()
    await run(t, { store: createMemoryLimitStore(clock), pass: (ms) => clock.advance(ms) })
  })

test('decides without a promise', (t) => {
  const decision = createMemoryLimitStore(fakeClock()).take('a', ONCE)
  t.false(decision instanceof Promise)
  t.true(decision.admitted)
})

test('beyond its number of keys it forgets the one that was silent longest, and not one that keeps asking', (t) => {
  const store = createMemoryLimitStore(fakeClock(), { maxKeys: 3 })
  for (const key of ['a', 'b', 'c']) store.take(key, ONCE)
  t.false(store.take('a', ONCE).admitted)
  store.take('d', ONCE)
  t.false(store.take('a', ONCE).admitted)
  t.true(store.take('b', ONCE).admitted)
})

test('twenty thousand keys of eight kilobytes do not take eight kilobytes each', (t) => {
  const store = createMemoryLimitStore(fakeClock())
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 20_000; index += 1) store.take(Buffer.alloc(8_192, `${index} `).toString('latin1'), ONCE)
  globalThis.gc?.()
  const grown = process.memoryUsage().heapUsed - before
  t.true(grown < 64 * 1_048_576, `${grown} bytes`)
})

test('a clock that stands still or moves by fractions of a millisecond admits no more than the burst', (t) => {
  const clock = fakeClock()
  const store = createMemoryLimitStore(clock)
  const rate = { emissionMs: 1, burst: 10 }
  let admitted = 0
  for (let step = 0; step < 3_000; step += 1) {
    clock.advance(1 / 3)
    if (store.take('a', rate).admitted) admitted += 1
  }
  t.true(admitted >= 1_000 && admitted <= 1_010, `${admitted}`)
})
