import test from 'ava'
import fc from 'fast-check'
import { Breaker } from '../../../runtime/upstreams/breaker/breaker.js'
import type { Verdict } from '../../../runtime/upstreams/breaker/classify.js'
import { classify } from '../../../runtime/upstreams/breaker/classify.js'
import type { BreakerOptions } from '../../../sdk/breaker.js'
import { breakerSchema } from '../../../sdk/breaker.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { ReferenceBreaker } from './reference-breaker.js'

/** A breaker on a clock of its own, with every change of its state. */
function create(options: BreakerOptions) {
  const clock = fakeClock()
  const changes: string[] = []
  const breaker = new Breaker(breakerSchema.parse(options), clock, (to) => changes.push(to))
  /** One attempt from its start to its end; false if it was refused. */
  const run = (verdict: Verdict, latency = 0) => {
    const permit = breaker.admit()
    if (permit === 0) return false
    breaker.settle(permit, verdict, latency)
    return true
  }
  const runAll = (...verdicts: Verdict[]) => verdicts.map((verdict) => run(verdict))
  return { breaker, clock, changes, run, runAll }
}
const times = <T>(count: number, value: T): T[] => Array(count).fill(value)

test('C-01: below the minimum volume nothing opens it, and the attempt that reaches it does', (t) => {
  const { breaker, runAll } = create({ minRequests: 10 })
  runAll(...times<Verdict>(9, 'failure'))
  t.is(breaker.state, 'closed')
  runAll('failure')
  t.is(breaker.state, 'open')
})

test('C-02: the ratio opens it when it is reached exactly, also by a success that reaches the volume', (t) => {
  const exact = create({ minRequests: 10, failureRatio: 0.5 })
  exact.runAll(...times<Verdict>(5, 'failure'), ...times<Verdict>(4, 'success'))
  t.is(exact.breaker.state, 'closed')
  exact.runAll('success')
  t.is(exact.breaker.state, 'open')
  const below = create({ minRequests: 10, failureRatio: 0.5 })
  below.runAll(...times<Verdict>(4, 'failure'), ...times<Verdict>(6, 'success'))
  t.is(below.breaker.state, 'closed')
})

test('C-02: what is older than the window does not count, to a tenth of it', (t) => {
  const { breaker, clock, runAll } = create({ minRequests: 10, window: '10s' })
  runAll(...times<Verdict>(9, 'failure'))
  clock.advance(9_999)
  runAll(...times<Verdict>(8, 'success'), 'neutral')
  t.is(breaker.state, 'open', 'all of them are still in the window')
  const rolled = create({ minRequests: 10, window: '10s' })
  rolled.runAll(...times<Verdict>(9, 'failure'))
  rolled.clock.advance(10_000)
  rolled.runAll(...times<Verdict>(9, 'success'), 'failure')
  t.is(rolled.breaker.state, 'closed', 'the old failures are gone')
})

test('C-02: a window of a number of attempts forgets the oldest', (t) => {
  const { breaker, runAll } = create({ minRequests: 4, window: 4, failureRatio: 0.75 })
  runAll('failure', 'failure', 'success', 'success', 'failure', 'failure')
  t.is(breaker.state, 'closed', 'two of four')
  runAll('failure')
  t.is(breaker.state, 'open', 'three of four')
})

test('C-03, C-05: open refuses everything for the whole time; then one attempt decides, and a failed one starts the whole wait again', (t) => {
  const { breaker, clock, changes, run } = create({ failures: 1, open: '10s' })
  run('failure')
  t.false(run('success'))
  t.is(breaker.opensFor, 10_000)
  clock.advance(9_999)
  t.false(breaker.admits)
  t.false(run('success'))
  clock.advance(1)
  t.true(run('failure'))
  t.is(breaker.opensFor, 10_000)
  clock.advance(10_000)
  t.true(run('success'))
  t.deepEqual(changes, ['open', 'half-open', 'open', 'half-open', 'closed'])
})

test('C-04: half-open admits exactly the permitted attempts, and closes after as many good ones', (t) => {
  const { breaker, clock, run } = create({ failures: 1, permitted: 3 })
  run('failure')
  clock.advance(10_000)
  const permits = Array.from({ length: 100 }, () => breaker.admit())
  t.is(permits.filter((permit) => permit > 0).length, 3)
  for (const permit of permits.slice(0, 2)) breaker.settle(permit, 'success', 0)
  t.is(breaker.state, 'half-open')
  t.is(breaker.admit(), 0, 'the good ones keep their places')
  breaker.settle(permits[2] as number, 'neutral', 0)
  t.is(breaker.state, 'closed', 'an answer such as 404 shows that it is there')
})

test('C-05: with `maxOpen` the wait doubles up to it, and starts over once it was closed', (t) => {
  const { breaker, clock, run } = create({ failures: 1, open: '1s', maxOpen: '5s' })
  const waits: number[] = []
  run('failure')
  for (let round = 0; round < 4; round++) {
    waits.push(breaker.opensFor)
    clock.advance(breaker.opensFor)
    run('failure')
  }
  t.deepEqual(waits, [1_000, 2_000, 4_000, 5_000])
  clock.advance(5_000)
  run('success')
  run('failure')
  t.is(breaker.opensFor, 1_000)
})

test('C-06: an attempt that nobody waits for gives its place in the half-open state back', (t) => {
  const { breaker, clock, run } = create({ failures: 1 })
  run('failure')
  clock.advance(10_000)
  for (let round = 0; round < 3; round++) t.true(run('none'))
  t.is(breaker.state, 'half-open')
  t.true(run('success'))
  t.is(breaker.state, 'closed')
})

test('C-07: results of attempts from a state that is over are ignored', (t) => {
  const { breaker, clock, run } = create({ failures: 2 })
  const late = times(3, 0).map(() => breaker.admit())
  run('failure')
  run('failure')
  breaker.settle(late[0] as number, 'success', 0)
  t.is(breaker.state, 'open')
  clock.advance(10_000)
  const probe = breaker.admit()
  breaker.settle(late[1] as number, 'failure', 0)
  breaker.broke(late[1] as number)
  t.is(breaker.state, 'half-open')
  breaker.settle(probe, 'success', 0)
  breaker.settle(late[2] as number, 'failure', 0)
  breaker.settle(probe, 'failure', 0)
  run('failure')
  t.is(breaker.state, 'closed', 'one failure of its own, none of the others')
})

test('C-08: what failed, what worked, what says neither, and what was given up', (t) => {
  const failing = new Set([500, 502, 503, 504])
  for (const status of failing) t.is(classify('response', status, failing), 'failure')
  for (const result of ['unreachable', 'reset', 'timeout', 'error'] as const) t.is(classify(result, 0, failing), 'failure')
  for (const status of [400, 401, 404, 409, 413, 429, 501, 505]) t.is(classify('response', status, failing), 'neutral')
  for (const status of [200, 204, 301, 304]) t.is(classify('response', status, failing), 'success')
  t.is(classify('response', 0, failing), 'success', 'a WebSocket that was opened')
  t.is(classify('cancelled', 0, failing), 'none')
  const { breaker, runAll } = create({ minRequests: 2, failures: 2 })
  runAll(...times<Verdict>(50, 'none'), ...times<Verdict>(50, 'neutral'), 'failure', 'neutral', 'none', 'failure')
  t.is(breaker.state, 'open', 'neutral attempts dilute nothing and break no row')
})

test('C-09: slowness alone opens it, and a slow attempt does not close it', (t) => {
  const { breaker, clock, run } = create({ slowCall: '1s', slowRatio: 0.5, minRequests: 4 })
  for (const latency of [1_000, 1_001, 0]) run('success', latency)
  t.is(breaker.state, 'closed')
  run('success', 1_001)
  t.is(breaker.state, 'open')
  clock.advance(10_000)
  run('success', 1_001)
  t.is(breaker.state, 'open')
})

test('a response that breaks off is one failure more, and opens a half-open breaker', (t) => {
  const { breaker, clock } = create({ minRequests: 2, failureRatio: 0.5, permitted: 2 })
  const permit = breaker.admit()
  breaker.settle(permit, 'success', 0)
  breaker.broke(permit)
  t.is(breaker.state, 'open', 'one of two')
  clock.advance(10_000)
  const probe = breaker.admit()
  breaker.settle(probe, 'success', 0)
  breaker.broke(probe)
  t.is(breaker.state, 'open')
})

test('held open it stays open, held closed it stays closed, and then works by itself again', (t) => {
  const { breaker, clock, run, runAll } = create({ failures: 1 })
  breaker.pin('open')
  clock.advance(1e9)
  t.false(run('success'))
  t.is(breaker.opensFor, 10_000)
  breaker.pin('closed')
  runAll(...times<Verdict>(50, 'failure'))
  t.is(breaker.state, 'closed')
  breaker.pin('auto')
  run('failure')
  t.is(breaker.state, 'open')
})

test('options that make no sense together are refused', (t) => {
  for (const [key, options] of [
    ['slowRatio', { slowRatio: 0.5 }],
    ['maxOpen', { open: '10s', maxOpen: '5s' }],
    ['window', { window: 5, minRequests: 6 }],
    ['window', { window: '0s' }],
    ['open', { open: '0s' }],
    ['failureRatio', { failureRatio: 0 }],
  ] as const)
    t.is(breakerSchema.safeParse(options).error?.issues[0]?.path[0], key)
})

type Command =
  | { readonly do: 'start' }
  | { readonly do: 'end'; readonly which: number; readonly verdict: Verdict; readonly latency: number }
  | { readonly do: 'cut'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'hold'; readonly to: 'open' | 'closed' | 'auto' }

const verdict = fc.constantFrom<Verdict>('success', 'success', 'failure', 'failure', 'failure', 'neutral', 'none')
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ do: 'start' } as const) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(20), verdict, latency: fc.constantFrom(0, 100, 101, 500) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), which: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 99, 100, 101, 350, 999, 1_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const), to: fc.constantFrom('open', 'closed', 'auto', 'auto') }) },
)
const options: fc.Arbitrary<BreakerOptions> = fc
  .record({
    minRequests: fc.integer({ min: 1, max: 4 }),
    failureRatio: fc.constantFrom(0.25, 0.5, 0.75, 1),
    failures: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    slowCall: fc.option(fc.constant('100ms' as const), { nil: undefined }),
    window: fc.constantFrom<BreakerOptions['window'][]>(4, 6, '1s', '400ms'),
    open: fc.constantFrom('100ms', '350ms'),
    maxOpen: fc.option(fc.constant('800ms' as const), { nil: undefined }),
    permitted: fc.integer({ min: 1, max: 3 }),
  })
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as BreakerOptions)

test('C-12: any sequence of attempts, ends, cuts, waits and hands goes as the reference says, and never beyond its bounds', (t) => {
  const seen = { open: 0, halfOpen: 0 }
  fc.assert(
    fc.property(options, fc.array(command, { minLength: 20, maxLength: 50 }), (given, commands) => {
      const settings = breakerSchema.parse(given)
      const clock = fakeClock()
      const breaker = new Breaker(settings, clock, () => undefined)
      const reference = new ReferenceBreaker(settings)
      const running: { permit: number; model: ReturnType<ReferenceBreaker['start']>; ended: boolean }[] = []
      for (const step of commands) {
        if (step.do === 'start') {
          const could = breaker.admits
          const permit = breaker.admit()
          const model = reference.start()
          if (permit > 0 !== (model !== undefined) || could !== permit > 0)
            throw new Error(`admitted ${permit}, expected ${model !== undefined}`)
          if (model) running.push({ permit, model, ended: false })
        } else if (step.do === 'end' || step.do === 'cut') {
          const from = running.filter(({ ended }) => ended === (step.do === 'cut'))
          const one = from[step.which % Math.max(1, from.length)]
          if (!one?.model) continue
          if (step.do === 'end') {
            one.ended = true
            breaker.settle(one.permit, step.verdict, step.latency)
            reference.end(one.model, step.verdict, step.latency)
            // Only what answered well can still break off.
            if (step.verdict !== 'success') running.splice(running.indexOf(one), 1)
          } else {
            running.splice(running.indexOf(one), 1)
            breaker.broke(one.permit)
            reference.breakOff(one.model)
          }
        } else if (step.do === 'wait') {
          clock.advance(step.ms)
          reference.now += step.ms
        } else {
          breaker.pin(step.to)
          reference.hold(step.to)
        }
        if (breaker.state !== reference.state) throw new Error(`${breaker.state}, expected ${reference.state}`)
        if (breaker.state === 'open') seen.open++
        if (breaker.state === 'half-open') seen.halfOpen++
      }
    }),
    { numRuns: 10_000 },
  )
  t.true(seen.open > 10_000 && seen.halfOpen > 1_000, JSON.stringify(seen))
})
