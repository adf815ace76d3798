import test from 'ava'
import fc from 'fast-check'
import { LatencyWindow } from '../../../runtime/upstreams/hedge/latency-window.js'
import { fakeClock } from '../../helpers/fake-clock.js'

test('a percentile is the true one, or up to 10 % above it', (t) => {
  const latencies = fc.array(fc.double({ min: 1, max: 60_000, noNaN: true }), { minLength: 30, maxLength: 300 })
  const found = fc.check(
    fc.property(latencies, fc.constantFrom(0.5, 0.9, 0.95, 0.99), (all, share) => {
      const window = new LatencyWindow(fakeClock())
      for (const ms of all) window.record(ms)
      const sorted = all.toSorted((one, other) => one - other)
      const exact = sorted[Math.ceil(all.length * share) - 1] as number
      const told = window.percentile(share) as number
      return told >= exact * 0.999 && told <= exact * 1.101
    }),
  )
  t.false(found.failed, fc.defaultReportMessage(found))
})

test('nothing is told from fewer than 30 latencies', (t) => {
  const window = new LatencyWindow(fakeClock())
  for (let count = 0; count < 29; count++) window.record(10)
  t.is(window.percentile(0.95), undefined)
  window.record(10)
  t.truthy(window.percentile(0.95))
})

test('latencies are forgotten within a minute, and not before half of it', (t) => {
  const clock = fakeClock()
  const window = new LatencyWindow(clock)
  for (let count = 0; count < 100; count++) window.record(1_000)
  clock.advance(30_000)
  t.true((window.percentile(0.5) as number) >= 999)
  for (let count = 0; count < 100; count++) window.record(10)
  clock.advance(30_000)
  t.true((window.percentile(0.99) as number) < 12)
  clock.advance(90_000)
  t.is(window.percentile(0.5), undefined)
})
