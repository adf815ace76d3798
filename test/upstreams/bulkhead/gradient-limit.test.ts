import test from 'ava'
import { GradientLimit } from '../../../runtime/upstreams/bulkhead/gradient-limit.js'
import { type AdaptiveOptions, adaptiveSchema } from '../../../sdk/bulkhead.js'
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.js'
import { seededRandom } from '../fake-targets.js'

function create(options: AdaptiveOptions) {
  const clock = fakeClock()
  return { clock, limit: new GradientLimit(adaptiveSchema.parse(options), clock, () => 0.5) }
}

/** Has calls with one latency answered one after the other, for a while. */
function answer(clock: FakeClock, limit: GradientLimit, latency: number, calls: number): void {
  for (let call = 0; call < calls; call++) {
    const sentAt = clock.now()
    clock.advance(latency)
    limit.sample(sentAt)
  }
}

/**
 * A service with `capacity` places that takes `serviceMs` for each call, and clients that fill whatever the limit allows: beyond the capacity
 * calls queue inside the service, and latency rises with the number in flight (Little's law).
 */
function simulate(limit: GradientLimit, clock: FakeClock, capacity: () => number, steps: number, random: () => number): number[] {
  const limits: number[] = []
  for (let step = 0; step < steps; step++) {
    const inFlight = limit.limit
    const latency = 10 * Math.max(1, inFlight / capacity()) * (0.95 + 0.1 * random())
    // In one turn every call in flight is answered once.
    const sentAt = clock.now()
    clock.advance(latency)
    for (let call = 0; call < inFlight; call++) limit.sample(sentAt)
    limits.push(limit.limit)
  }
  return limits
}
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('the least latency is measured at the lowest limit, by the calls that began since', (t) => {
  const { clock, limit } = create({ min: 5, minRtt: { requests: 10 } })
  clock.advance(50)
  t.is(limit.limit, 5)
  answer(clock, limit, 20, 9)
  t.true(Number.isNaN(limit.least))
  answer(clock, limit, 20, 1)
  t.is(limit.least, 20)
})

test('while latency stays, the limit grows to its highest; when it doubles, the limit falls', (t) => {
  const { clock, limit } = create({ max: 200, minRtt: { requests: 10 } })
  answer(clock, limit, 10, 10 + 10 * 20)
  t.is(limit.limit, 200)
  answer(clock, limit, 40, 3 * 10)
  t.true(limit.limit < 150, String(limit.limit))
})

test('it is measured again after its time and jitter, and the limit comes back after that', (t) => {
  const { clock, limit } = create({ minRtt: { every: '10s', jitter: 0.2, requests: 10 } })
  answer(clock, limit, 10, 10 + 1_099)
  const before = limit.limit
  t.true(before > 100, String(before))
  clock.advance(200)
  answer(clock, limit, 10, 1)
  t.is(limit.limit, 3, 'after 11 s')
  limit.sample(clock.now() - 5_000)
  answer(clock, limit, 12, 9)
  t.is(limit.limit, 3, 'calls from before do not count')
  answer(clock, limit, 12, 1)
  t.is(limit.least, 12)
  t.true(limit.limit >= before, String(limit.limit))
})

test('a limit that stays at its lowest has the least latency measured anew', (t) => {
  const { clock, limit } = create({ minRtt: { requests: 10 } })
  answer(clock, limit, 10, 10)
  answer(clock, limit, 500, 40)
  t.is(limit.least, 500)
  answer(clock, limit, 500, 10)
  t.true(limit.limit > 3, String(limit.limit))
})

for (const capacity of [10, 40, 200])
  test(`against a service with ${capacity} places it settles a little above them, with latency bounded`, (t) => {
    const { clock, limit } = create({ minRtt: { every: '1h' } })
    const limits = simulate(limit, clock, () => capacity, 3_000, seededRandom(capacity))
    const settled = limits.slice(1_000)
    // With a buffer of 25 % and a headroom of √limit, the fixed point lies where limit = 1.25 · capacity + √(1.25 · capacity).
    const point = 1.25 * capacity + Math.sqrt(1.25 * capacity)
    t.true(Math.abs(average(settled) - point) / point < 0.15, `${average(settled)}, expected about ${point}`)
    t.true(Math.max(...settled) < 2 * capacity + 10, String(Math.max(...settled)))
  })

test('it follows a service that loses and regains most of its places', (t) => {
  const { clock, limit } = create({ minRtt: { every: '1h' } })
  let capacity = 100
  const random = seededRandom(7)
  simulate(limit, clock, () => capacity, 1_500, random)
  capacity = 20
  const less = average(simulate(limit, clock, () => capacity, 1_500, random).slice(500))
  t.true(less > 20 && less < 45, String(less))
  capacity = 100
  const more = average(simulate(limit, clock, () => capacity, 1_500, random).slice(500))
  t.true(more > 100 && more < 170, String(more))
})
