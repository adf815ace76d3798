import test from 'ava'
import fc from 'fast-check'
import type { UpstreamOptions } from 'gatewright'
import { pino } from 'pino'
import { levelLoads } from '../../runtime/upstreams/balance/level-loads.js'
import type { AdmittingTargets } from '../../runtime/upstreams/balance/priority-levels.js'
import { TargetChoice } from '../../runtime/upstreams/balance/target-choice.js'
import type { Target } from '../../runtime/upstreams/target.js'
import { upstreamSchema } from '../../sdk/upstream.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { fakeTargets, seededRandom } from './fake-targets.js'

function choose(options: Partial<UpstreamOptions>, targets: readonly Target[], name = 'u', admitting?: AdmittingTargets) {
  const clock = fakeClock()
  const counted: string[] = []
  const settings = upstreamSchema.parse({ targets: ['http://127.0.0.1:1'], ...options })
  const choice = new TargetChoice(name, settings, {
    admitting,
    clock,
    random: seededRandom(5),
    count: (name) => counted.push(name),
    log: pino({ level: 'silent' }),
  })
  choice.refresh(targets, targets)
  const urls = (times: number, subject?: Parameters<typeof choice.pick>[1], except?: Target) =>
    Array.from({ length: times }, () => choice.pick(except && [except], subject))
  return { choice, clock, counted, urls }
}

const withPriorities = (...priorities: number[]) =>
  fakeTargets(priorities.map(() => 1)).map((target, index) => ({ ...target, priority: priorities[index] as number }))
const share = (picks: readonly (Target | undefined)[], of: readonly Target[]) =>
  picks.filter((pick) => of.includes(pick as Target)).length / picks.length

test('levels share requests as the tables of Envoy’s documentation say', (t) => {
  const rows: [number, number, number, number][] = [
    [100, 100, 100, 0],
    [72, 72, 100, 0],
    [71, 71, 99, 1],
    [50, 60, 70, 30],
    [25, 100, 35, 65],
    [0, 100, 0, 100],
    [25, 25, 50, 50],
    [0, 0, 0, 0],
  ]
  for (const [first, second, p0, p1] of rows) {
    const loads = levelLoads(
      [first, second].map((usable) => ({ total: 100, usable })),
      1.4,
      0,
    )
    t.deepEqual(
      loads.map(({ load }) => Math.round(load)),
      [p0, p1],
      `${first} % and ${second} %`,
    )
  }
})

test('levels give out all requests while anything is usable, never to a dead level, and no more than a level takes', (t) => {
  const level = fc.integer({ min: 1, max: 20 }).chain((total) => fc.integer({ min: 0, max: total }).map((usable) => ({ total, usable })))
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 100 }), (levels, panic) => {
      const loads = levelLoads(levels, 1.4, panic)
      const sum = loads.reduce((before, { load }) => before + load, 0)
      const healths = levels.map(({ total, usable }) => Math.min(100, (140 * usable) / total))
      const health = healths.reduce((before, one) => before + one, 0)
      const alive = levels.some(({ usable }) => usable > 0)
      t.true(Math.abs(sum - (alive || panic > 0 ? 100 : 0)) < 1e-6)
      if (panic > 0 || health < 100) return
      // A reference that fills levels one after the other.
      let left = 100
      for (const [index, { load }] of loads.entries()) {
        const takes = Math.min(left, healths[index] as number)
        t.true(Math.abs(load - takes) < 1e-6)
        left -= takes
      }
    }),
    { numRuns: 10_000 },
  )
})

test('a lower priority takes over what the first cannot serve, and all of it when that is down', (t) => {
  const targets = withPriorities(0, 0, 1, 1)
  const [a, b, ...spare] = targets as [Target, Target, Target, Target]
  const { choice, urls, counted } = choose({}, targets)
  t.is(share(urls(100), [a, b]), 1)
  choice.refresh(targets, [a, ...spare])
  t.true(Math.abs(share(urls(10_000), [a]) - 0.7) < 0.03)
  choice.refresh(targets, spare)
  t.is(share(urls(100), spare), 1)
  t.deepEqual(counted, ['gatewright_upstream_failovers_total', 'gatewright_upstream_failovers_total'])
  choice.refresh(targets, [a, ...spare])
  t.true(
    urls(100, undefined, a).every((target) => spare.includes(target as Target)),
    'a retry goes to another priority',
  )
})

test('C-14, C-15: with all targets down nothing is picked, unless `panic` says so', (t) => {
  const targets = withPriorities(0, 0, 0)
  const strict = choose({}, targets)
  strict.choice.refresh(targets, [])
  t.is(strict.choice.pick(undefined, undefined), undefined)
  const panicking = choose({ panic: 50 }, targets)
  panicking.choice.refresh(targets, targets.slice(0, 1))
  t.is(new Set(panicking.urls(30)).size, 3)
  panicking.choice.refresh(targets, targets.slice(0, 2))
  t.is(new Set(panicking.urls(30)).size, 2, 'above the threshold')
  panicking.choice.refresh(targets, [])
  t.is(new Set(panicking.urls(30)).size, 3)
  t.deepEqual(panicking.counted, ['gatewright_upstream_panics_total', 'gatewright_upstream_panics_total'])
})

test('C-15: a target that comes back starts slowly, by Envoy’s formula', (t) => {
  const targets = fakeTargets([10, 10])
  const [back, other] = targets as [Target, Target]
  const { choice, clock, urls } = choose({ balance: 'weighted', slowStart: { window: '10s', aggression: 2 } }, targets)
  t.is(back.weight, 10, 'none is cold when all are')
  choice.refresh(targets, [other])
  choice.refresh(targets, targets)
  for (const [wait, weight] of [
    [0, 1],
    [2_500, 5],
    [2_500, 10 * Math.SQRT1_2],
    [5_000, 10],
  ] as const) {
    clock.advance(wait)
    choice.pick(undefined, undefined)
    t.true(Math.abs(back.weight - weight) < 1e-9, `${back.weight}`)
  }
  t.true(Math.abs(share(urls(1_000), [back]) - 0.5) < 0.01)
})

test('a target that goes while it starts slowly has its whole weight when it is back', (t) => {
  const targets = fakeTargets([4, 4])
  const [back, other] = targets as [Target, Target]
  const { choice } = choose({ balance: 'random', slowStart: { window: '10s' } }, targets)
  for (let times = 0; times < 3; times++) {
    choice.refresh(targets, [other])
    t.is(back.weight, 4)
    choice.refresh(targets, targets)
    t.is(back.weight, 0.4)
  }
})

test('a subset takes the targets with the label, and what has none goes by the fallback', (t) => {
  const targets = fakeTargets([1, 1, 1]).map((target, index) => ({ ...target, labels: { shard: index === 2 ? 'b' : 'a' } }))
  const [a1, a2, b] = targets as readonly Target[] as [Target, Target, Target]
  const options = { targets: [{ url: 'http://127.0.0.1:1', labels: { shard: 'a' } }] }
  const none = choose({ ...options, subset: { header: 'x-shard', label: 'shard' } }, targets)
  const of = (subset?: string) => ({ affinity: undefined, subset })
  t.deepEqual(new Set(none.urls(10, of('a'))), new Set([a1, a2]))
  t.deepEqual(new Set(none.urls(10, of('b'))), new Set([b]))
  for (const value of ['c', undefined]) t.is(none.choice.pick(undefined, of(value)), undefined)
  const any = choose({ ...options, subset: { header: 'x-shard', label: 'shard', fallback: 'any' } }, targets)
  t.is(new Set(any.urls(10, of('c'))).size, 3)
  none.choice.refresh(targets, [a1, a2])
  t.is(none.choice.pick(undefined, of('b')), undefined, 'a shard that is down is not served by another')
})

test('a bond holds while its target is usable; then requests are redistributed or refused', (t) => {
  const targets = fakeTargets([1, 1, 1])
  const [a, b] = targets as [Target, Target, Target]
  const secret = 'sixteen characters'
  const kept = choose({ sticky: { cookie: 'c', secret } }, targets)
  const bond = kept.choice.bonds?.of(a.url) as string
  t.is(choose({ sticky: { cookie: 'c', secret } }, targets).choice.bonds?.of(a.url), bond, 'the same in every process')
  t.not(choose({ sticky: { cookie: 'c', secret } }, targets, 'v').choice.bonds?.of(a.url), bond, 'another upstream’s')
  const ownSecret = () => choose({ sticky: { cookie: 'c' } }, targets).choice.bonds?.of(a.url)
  t.not(ownSecret(), ownSecret())
  t.deepEqual(new Set(kept.urls(10, { affinity: undefined, bond })), new Set([a]))
  t.false(kept.urls(10, { affinity: undefined, bond }, a).includes(a), 'but not after it just failed')
  kept.choice.refresh(targets, [b])
  t.is(kept.choice.pick(undefined, { affinity: undefined, bond }), b)
  const strict = choose({ sticky: { cookie: 'c', secret, onGone: 'refuse' } }, targets)
  t.is(strict.choice.pick([a], { affinity: undefined, bond }), a)
  strict.choice.refresh(targets, [b])
  t.is(strict.choice.pick(undefined, { affinity: undefined, bond }), undefined)
  t.is(strict.choice.pick(undefined, { affinity: undefined, bond: 'forged' }), undefined)
  t.is(strict.choice.pick(undefined, { affinity: undefined }), b)
})

test('what a subset’s answers say is heard by the subset’s balancer', (t) => {
  const targets = fakeTargets([1, 1]).map((target) => ({ ...target, labels: { shard: 'a' } }))
  const [a, b] = targets as readonly Target[] as [Target, Target]
  const options = { targets: [{ url: 'http://127.0.0.1:1', labels: { shard: 'a' } }], subset: { header: 'x-shard', label: 'shard' } }
  const { choice, urls } = choose({ ...options, balance: 'peak-ewma' }, targets)
  choice.report?.(a, 'response', 200, 500)
  choice.report?.(b, 'response', 200, 5)
  t.deepEqual(new Set(urls(10, { affinity: undefined, subset: 'a' })), new Set([b]))
})

test('a target whose breaker is open is passed over, in its own priority and in the next', (t) => {
  const targets = withPriorities(0, 0, 1)
  const [a, b, spare] = targets as [Target, Target, Target]
  const open = new Set<Target>([a])
  const { urls } = choose({}, targets, 'u', (all) => all.filter((target) => !open.has(target)))
  t.deepEqual(new Set(urls(10)), new Set([b]))
  open.add(b)
  t.deepEqual(new Set(urls(10)), new Set([spare]))
})
