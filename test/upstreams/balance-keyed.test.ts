import test from 'ava'
import fc from 'fast-check'
import { consistentHash } from '../../runtime/upstreams/balance/consistent-hash.js'
import { hashText } from '../../runtime/upstreams/balance/hash-text.js'
import { PeakLatency, peakEwma } from '../../runtime/upstreams/balance/peak-ewma.js'
import type { Target } from '../../runtime/upstreams/target.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { fakeTargets, seededRandom } from './fake-targets.js'

const load = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 30 })), { minLength: 2, maxLength: 8 })
const NUM_RUNS = { numRuns: 10_000 }

function loaded(loads: readonly (readonly [number, number])[]): Target[] {
  const targets = fakeTargets(loads.map(([weight]) => weight))
  for (const [index, [, active]] of loads.entries()) (targets[index] as Target).active = active
  return targets
}

test('a hash is the same in every process', (t) => {
  t.is(hashText('user-1'), 2005895916)
  t.is(hashText('http://10.0.0.1:4001'), 1292731198)
})

test('consistent-hash holds every target to its bound, and moves only the keys of those that left', (t) => {
  fc.assert(
    fc.property(load, fc.string(), fc.nat(), (loads, key, gone) => {
      const targets = loaded(loads)
      const subject = { affinity: `k${key}` }
      const unbounded = consistentHash(Math.random, false)
      const home = unbounded.pick(targets, subject) as Target
      const left = targets.filter((_, index) => index !== gone % targets.length)
      if (home !== targets[gone % targets.length]) t.is(unbounded.pick(left, subject), home)
      const active = targets.reduce((sum, target) => sum + target.active, 1)
      const weight = targets.reduce((sum, target) => sum + target.weight, 0)
      const picked = consistentHash(Math.random, 1.25).pick(targets, subject) as Target
      t.true(picked.active + 1 <= Math.ceil((1.25 * active * picked.weight) / weight + 1e-9))
      const homeHasRoom = home.active + 1 <= Math.ceil((1.25 * active * home.weight) / weight - 1e-9)
      if (homeHasRoom) t.is(picked, home)
    }),
    NUM_RUNS,
  )
})

test('consistent-hash sends requests without a key where least-request would', (t) => {
  const [idle, busy] = loaded([
    [1, 0],
    [1, 9],
  ]) as [Target, Target]
  for (const affinity of [undefined, '']) t.is(consistentHash(seededRandom(1), 1.25).pick([busy, idle], { affinity }), idle)
})

test('peak latency jumps to a peak and fades with time, as the sum says', (t) => {
  const step = fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 2_000 }))
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const latency = new PeakLatency(1_000, 0)
      let now = 0
      let expected = 0
      for (const [wait, ms] of steps) {
        now += wait
        const left = expected * Math.exp(-wait / 1_000)
        expected = ms > left ? ms : left + ms * (1 - Math.exp(-wait / 1_000))
        latency.observe(ms, now)
        t.true(Math.abs(latency.at(now) - expected) < 1e-6)
      }
      t.true(latency.at(now + 60_000) < 1)
    }),
    NUM_RUNS,
  )
})

test('peak-ewma picks the cheaper of the two, a target unknown first, and fast failures are no virtue', (t) => {
  const clock = fakeClock()
  const [a, b] = fakeTargets([1, 1]) as [Target, Target]
  const balancer = peakEwma(seededRandom(1), clock, 10_000)
  balancer.report?.(a, 'response', 200, 50)
  t.is(balancer.pick([a, b]), b, 'nobody has asked it yet')
  b.active = 1
  t.is(balancer.pick([a, b]), a, 'one request finds out')
  b.active = 0
  balancer.report?.(b, 'unreachable', 0, 1)
  t.is(balancer.pick([a, b]), a)
  clock.advance(60_000)
  balancer.report?.(a, 'response', 200, 50)
  t.is(balancer.pick([a, b]), b, 'what is long past is tried again')
})

/** A balancer that knows two idle targets by the latency of one answer each. */
function known(weights: readonly [number, number], [first, second]: readonly [number, number]) {
  const clock = fakeClock()
  const [a, b] = fakeTargets(weights) as [Target, Target]
  const balancer = peakEwma(seededRandom(1), clock, 10_000)
  balancer.report?.(a, 'response', 200, first)
  balancer.report?.(b, 'response', 200, second)
  return { clock, a, b, balancer, pick: () => balancer.pick([a, b]) }
}

test('peak-ewma counts requests in flight and weights', (t) => {
  const busy = known([1, 1], [50, 60])
  t.is(busy.pick(), busy.a)
  busy.a.active = 3
  t.is(busy.pick(), busy.b)
  const heavy = known([1, 4], [50, 100])
  t.is(heavy.pick(), heavy.b)
})

test('peak-ewma: a 5xx is no fast answer, and a client that left says only that it waited as long', (t) => {
  const failing = known([1, 1], [50, 60])
  failing.balancer.report?.(failing.a, 'response', 503, 1)
  t.is(failing.pick(), failing.b)
  const left = known([1, 1], [50, 100])
  left.balancer.report?.(left.a, 'cancelled', 0, 500)
  t.is(left.pick(), left.b, 'it waited for longer than answers took')
  const early = known([1, 1], [50, 60])
  early.clock.advance(10_000)
  early.balancer.report?.(early.b, 'response', 200, 20)
  early.balancer.report?.(early.a, 'cancelled', 0, 10)
  t.is(early.pick(), early.a, 'what it did not wait for is not known')
})

test('peak-ewma asks a target that was gone as one that it does not know', (t) => {
  const { a, b, balancer, pick } = known([1, 1], [50, 40])
  t.is(pick(), b)
  balancer.retain?.(new Set([b]))
  t.is(pick(), a)
})
