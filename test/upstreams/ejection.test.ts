import test from 'ava'
import fc from 'fast-check'
import { pino } from 'pino'
import { classifyAttempt } from '../../runtime/upstreams/ejection/classify-attempt.js'
import { OutlierEjection } from '../../runtime/upstreams/ejection/outlier-ejection.js'
import type { AttemptResult, Target } from '../../runtime/upstreams/target.js'
import { ejectionSchema } from '../../sdk/ejection.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { type Answer, ReferenceEjection } from './ejection-model.js'
import { fakeTargets } from './fake-targets.js'

const ATTEMPTS: Readonly<Record<Answer, readonly [AttemptResult, number]>> = {
  200: ['response', 200],
  404: ['response', 404],
  429: ['response', 429],
  500: ['response', 500],
  503: ['response', 503],
  refused: ['unreachable', 0],
  late: ['timeout', 200],
  left: ['cancelled', 0],
}
const log = pino({ level: 'silent' })

function openEjection(count: number, options: Parameters<typeof ejectionSchema.parse>[0] = {}) {
  const clock = fakeClock()
  const counted: Readonly<Record<string, string>>[] = []
  const deps = { log, clock, random: () => 0.5, count: (_name: string, labels: Readonly<Record<string, string>>) => counted.push(labels) }
  const targets = fakeTargets(Array.from({ length: count }, () => 1))
  const ejection = new OutlierEjection('users', ejectionSchema.parse(options), deps, () => undefined)
  ejection.follow(targets)
  return {
    ejection,
    counted,
    answer: (index: number, answer: Answer, times = 1) => {
      for (let i = 0; i < times; i++) ejection.report(targets[index] as Target, ...ATTEMPTS[answer], 1)
    },
    pass: (ms: number) => {
      clock.advance(ms)
      ejection.sweep()
    },
    restore: (index: number) => ejection.restore(targets[index] as Target),
    out: () => targets.map((target) => ejection.isEjected(target)),
  }
}

test('C-14 five failures in a row eject for 30 s, the second time for 60 s; a success between starts anew', (t) => {
  const { ejection, answer, pass, out, counted } = openEjection(3)
  answer(0, '500', 4)
  answer(0, '200')
  answer(0, '500', 4)
  t.deepEqual(out(), [false, false, false])
  answer(0, '500')
  t.deepEqual(out(), [true, false, false])
  t.deepEqual(counted, [{ upstream: 'users', target: 'http://target-0', reason: 'consecutive-5xx', mode: 'enforce' }])
  pass(29_999)
  t.deepEqual(out(), [true, false, false])
  pass(1)
  t.deepEqual(out(), [false, false, false])
  answer(0, 'refused', 5)
  pass(59_999)
  t.deepEqual(out(), [true, false, false])
  pass(1)
  t.deepEqual(out(), [false, false, false])
  ejection.close()
})

test('C-14 client errors, 429 and clients that leave are no failure of a target', (t) => {
  const { ejection, answer, out, counted } = openEjection(2)
  for (const harmless of ['404', '429', 'left'] as const) answer(0, harmless, 1_000)
  t.deepEqual(out(), [false, false])
  answer(0, '503', 4)
  answer(0, 'left', 10)
  t.deepEqual(out(), [false, false])
  answer(0, '503')
  t.deepEqual(out(), [true, false])
  t.is(counted[0]?.['reason'], 'consecutive-gateway-errors')
  ejection.close()
})

test('C-14 one target may be out, all of them never', (t) => {
  const { ejection, answer, out } = openEjection(3, { maxShare: 100 })
  for (const index of [0, 1, 2]) answer(index, '500', 50)
  t.deepEqual(out(), [true, true, false])
  ejection.close()
  const least = openEjection(3, { maxShare: 0 })
  for (const index of [0, 1, 2]) least.answer(index, '500', 50)
  t.deepEqual(least.out(), [true, false, false])
  least.ejection.close()
})

test('C-14 an ejection lasts `maxTime` at most', (t) => {
  const { ejection, answer, pass, out } = openEjection(2, { baseTime: '2s', maxTime: '5s', interval: '10m' })
  for (const ms of [2_000, 4_000, 5_000, 5_000]) {
    answer(0, '500', 5)
    pass(ms - 1)
    t.deepEqual(out(), [true, false], `${ms}`)
    pass(1)
    t.deepEqual(out(), [false, false], `${ms}`)
  }
  ejection.close()
})

test('C-14 gateway errors are 502, 503, 504 and requests without a whole response', (t) => {
  for (const status of [502, 503, 504]) t.is(classifyAttempt('response', status), 'gateway-failure')
  for (const status of [500, 501, 505, 599]) t.is(classifyAttempt('response', status), 'failure')
  for (const result of ['unreachable', 'reset', 'timeout', 'error'] as const) t.is(classifyAttempt(result, 0), 'gateway-failure')
})

test('shadow mode counts and ejects nothing', (t) => {
  const { ejection, answer, out, counted } = openEjection(2, { mode: 'shadow' })
  answer(0, '500', 5)
  t.deepEqual(out(), [false, false])
  t.is(counted[0]?.['mode'], 'shadow')
  ejection.close()
})

test('jitter is added to an ejection', (t) => {
  const { ejection, answer, pass, out } = openEjection(2, { jitter: '10s' })
  answer(0, '500', 5)
  pass(34_999)
  t.deepEqual(out(), [true, false])
  pass(1)
  t.deepEqual(out(), [false, false])
  ejection.close()
})

test('C-14 random attempts, probes and times: 10,000 sequences eject as the reference does', (t) => {
  const rules = fc.record({
    any: fc.constantFrom<(number | false)[]>(false, 2, 3, 5),
    gateway: fc.constantFrom<(number | false)[]>(false, 2, 3),
    rate: fc.constantFrom(false as const, { minTargets: 2, requests: 2, stdevFactor: 0.5 }, { minTargets: 3, requests: 3, stdevFactor: 1 }),
    share: fc.constantFrom(0, 34, 50, 100),
  })
  const answers = Object.keys(ATTEMPTS) as Answer[]
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(
        fc.constant('answer' as const),
        fc.nat(4),
        fc.constantFrom(...answers, '500', '503'),
        fc.integer({ min: 1, max: 3 }),
      ),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constant('pass' as const), fc.constantFrom(1, 999, 1_000, 2_500, 6_000)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('probe' as const), fc.nat(4)) },
  )
  let ejections = 0
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), rules, fc.array(step, { maxLength: 30 }), (count, { any, gateway, rate, share }, steps) => {
      const options = { consecutive5xx: any, consecutiveGatewayErrors: gateway, successRate: rate, maxShare: share } as const
      const real = openEjection(count, { ...options, interval: '1s', baseTime: '2s', maxTime: '5s' })
      const reference = new ReferenceEjection(count, { any, gateway, rate, share, interval: 1_000, base: 2_000, max: 5_000 })
      try {
        for (const taken of steps) {
          if (taken[0] === 'pass') {
            real.pass(taken[1])
            reference.pass(taken[1])
          } else if (taken[0] === 'probe') {
            real.restore(taken[1] % count)
            reference.probedWell(taken[1] % count)
          } else {
            real.answer(taken[1] % count, taken[2], taken[3])
            for (let i = 0; i < taken[3]; i++) reference.answer(taken[1] % count, taken[2])
          }
          const out = real.out()
          if (out.toString() !== reference.out.toString()) throw new Error(`${out} is not ${reference.out}`)
          if (out.every(Boolean)) throw new Error('all are out')
        }
        ejections += real.counted.length
      } finally {
        real.ejection.close()
      }
    }),
    { numRuns: 10_000 },
  )
  t.true(ejections > 5_000, `${ejections} ejections`)
})
