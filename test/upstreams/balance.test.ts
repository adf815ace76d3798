import test from 'ava'
import fc from 'fast-check'
import { leastRequest } from '../../runtime/upstreams/balance/least-request.js'
import { roundRobin } from '../../runtime/upstreams/balance/round-robin.js'
import { weighted } from '../../runtime/upstreams/balance/weighted.js'
import type { Balancer, Target } from '../../runtime/upstreams/target.js'
import { fakeTargets, seededRandom } from './fake-targets.js'

const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 })
const count = (picks: readonly (Target | undefined)[], target: Target) => picks.filter((pick) => pick === target).length
const picks = (balancer: Balancer, usable: readonly Target[], times: number) => Array.from({ length: times }, () => balancer.pick(usable))

for (const [name, create] of Object.entries({ roundRobin, weighted, leastRequest: () => leastRequest(Math.random) })) {
  test(`${name} picks nothing from nothing, and the only one of one`, (t) => {
    const [only] = fakeTargets([1]) as [Target]
    t.is(create().pick([]), undefined)
    t.deepEqual(picks(create(), [only], 3), [only, only, only])
  })
}

test('round-robin takes each target in turn', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5 }), (size, cycles) => {
      const targets = fakeTargets(Array(size).fill(1))
      t.deepEqual(picks(roundRobin(), targets, size * cycles), Array.from({ length: cycles }, () => targets).flat())
    }),
  )
})

test('round-robin always picks a usable target while targets come and go', (t) => {
  const targets = fakeTargets(Array(6).fill(1))
  fc.assert(
    fc.property(fc.array(fc.subarray(targets, { minLength: 1 }), { minLength: 1, maxLength: 30 }), (lists) => {
      const balancer = roundRobin()
      for (const usable of lists) t.true(usable.includes(balancer.pick(usable) as Target))
    }),
  )
})

test('weighted picks each target exactly as often as its weight says in every cycle', (t) => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 4 }), (given, cycles) => {
      const targets = fakeTargets(given)
      const balancer = weighted()
      const cycle = given.reduce((sum, weight) => sum + weight, 0)
      for (let round = 0; round < cycles; round++) {
        const taken = picks(balancer, targets, cycle)
        t.deepEqual(
          targets.map((target) => count(taken, target)),
          given,
        )
      }
    }),
  )
})

test('weighted spreads the heavy target out instead of taking it in a row', (t) => {
  const targets = fakeTargets([5, 1, 1])
  t.deepEqual(
    picks(weighted(), targets, 7).map((target) => targets.indexOf(target as Target)),
    [0, 0, 1, 0, 2, 0, 0],
  )
})

test('weighted keeps its proportions among the targets that are left', (t) => {
  const [a, b, c] = fakeTargets([3, 2, 1]) as [Target, Target, Target]
  const balancer = weighted()
  picks(balancer, [a, b, c], 4)
  const taken = picks(balancer, [a, c], 400)
  t.true(Math.abs(count(taken, a) - 300) <= 2, `${count(taken, a)} of 400`)
})

test('least-request never picks the busier of the two it draws', (t) => {
  const load = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 50 })), { minLength: 2, maxLength: 8 })
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  /** One copy of each target for each unit of its weight, so that a fair draw of a copy is a draw by weight. */
  const copies = (targets: readonly Target[]) => targets.flatMap((target) => Array<Target>(target.weight).fill(target))
  const drawn = (targets: readonly Target[], at: number) => copies(targets)[Math.floor(at * copies(targets).length)] as Target
  fc.assert(
    fc.property(load, unit, unit, (loads, first, second) => {
      const targets = fakeTargets(loads.map(([weight]) => weight))
      for (const [index, [, active]] of loads.entries()) (targets[index] as Target).active = active
      const draws = [first, second]
      const picked = leastRequest(() => draws.shift() as number).pick(targets) as Target
      const a = drawn(targets, first)
      const b = drawn(
        targets.filter((target) => target !== a),
        second,
      )
      t.is(picked, a.active / a.weight <= b.active / b.weight ? a : b)
    }),
    { numRuns: 10_000 },
  )
})

test('least-request sends idle targets their share by weight, and starves none', (t) => {
  const targets = fakeTargets([1, 3])
  const taken = picks(leastRequest(seededRandom(13)), targets, 10_000)
  t.true(Math.abs(count(taken, targets[0] as Target) - 2_500) < 150, `${count(taken, targets[0] as Target)} of 10,000`)
})

test('least-request draws every target equally often while all are idle', (t) => {
  const targets = fakeTargets([1, 1, 1, 1, 1])
  const taken = picks(leastRequest(seededRandom(7)), targets, 10_000)
  for (const target of targets) t.true(Math.abs(count(taken, target) - 2_000) < 200, `${count(taken, target)} of 10,000`)
})

test('least-request shares work in proportion to the weights where requests take time', (t) => {
  const targets = fakeTargets([1, 3])
  const balancer = leastRequest(seededRandom(11))
  const inFlight: Target[] = []
  const taken = Array.from({ length: 4_000 }, () => {
    const target = balancer.pick(targets) as Target
    target.active += 1
    inFlight.push(target)
    // Forty requests are always under way; the oldest ends first.
    if (inFlight.length > 40) (inFlight.shift() as Target).active -= 1
    return target
  })
  t.true(Math.abs(count(taken, targets[1] as Target) - 3_000) < 150, `${count(taken, targets[1] as Target)} of 4,000`)
})

test('weighted owes nothing to a target that was gone', (t) => {
  const [a, b] = fakeTargets([3, 1]) as [Target, Target]
  const balancer = weighted()
  picks(balancer, [a, b], 2)
  balancer.retain?.(new Set())
  t.deepEqual(picks(balancer, [a, b], 4), picks(weighted(), [a, b], 4))
})
