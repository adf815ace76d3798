import test from 'ava'
import fc from 'fast-check'
import { type LoadSheddingOptions, loadShedding } from 'gatewright'
import { shareToShed } from '../../runtime/policies/load-shedding.js'
import { spread } from '../../runtime/policies/spread.js'
import { loadSheddingDefinition } from '../../sdk/policies/load-shedding.js'
import { LANES } from '../helpers/start-gateway.js'
import { gatewayWith } from './edge-gateway.js'
import { policyExchange } from './policy-exchange.js'
import { runPolicy } from './run-policy.js'

const CLASSES = ['critical', 'normal', 'sheddable'] as const
const share = (criticality: (typeof CLASSES)[number], delay: number) =>
  shareToShed(loadSheddingDefinition.options.parse({ criticality, from: '100ms', full: '200ms' }), delay)

test('the least critical are shed first', (t) => {
  const at = (delay: number) => CLASSES.map((criticality) => share(criticality, delay))
  t.deepEqual(at(100), [0, 0, 0])
  t.deepEqual(at(125), [0, 0, 0.5])
  t.deepEqual(at(150), [0, 0, 1])
  t.deepEqual(at(175), [0, 0.5, 1])
  t.deepEqual(at(200), [0, 1, 1])
  t.deepEqual(at(400), [0, 1, 1])
  t.deepEqual(at(500), [0.5, 1, 1])
  t.deepEqual(at(600), [1, 1, 1])
})

test('the share rises with the delay without a jump, in order of the classes', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000 }), (delay) => {
      const now = CLASSES.map((criticality) => share(criticality, delay))
      const later = CLASSES.map((criticality) => share(criticality, delay + 1))
      t.true(now.every((part, index) => part <= (later[index] as number) && (later[index] as number) - part <= 0.021))
      t.true((now[0] as number) <= (now[1] as number) && (now[1] as number) <= (now[2] as number))
    }),
  )
})

test('a share is spread evenly', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 500 }), (percentage, calls) => {
      const picked = spread()
      const hits = Array.from({ length: calls }, () => picked(percentage / 100)).filter(Boolean).length
      t.is(hits, Math.floor((calls * percentage) / 100))
    }),
  )
})

const shed = (options: LoadSheddingOptions, load: { delay: number; utilisation: number }) => {
  const run = runPolicy(loadShedding(options), { kept: load })
  return Array.from({ length: 10 }, () => run.code(policyExchange())).filter((code) => code === 'OVERLOADED').length
}

test('half of the sheddable requests are refused at a quarter of the way; none while the loop has time to spare', (t) => {
  const options = { criticality: 'sheddable', from: '100ms', full: '200ms' } as const
  t.is(shed(options, { delay: 125, utilisation: 0.9 }), 5)
  t.is(shed(options, { delay: 125, utilisation: 0.7 }), 0)
  t.is(shed({ ...options, mode: 'shadow' }, { delay: 125, utilisation: 1 }), 0)
})

test('bounds in the wrong order are refused at load', (t) => {
  t.is(loadSheddingDefinition.options.safeParse({ from: '200ms', full: '200ms' }).error?.issues[0]?.path[0], 'full')
})

for (const lifecycle of LANES)
  test(`${lifecycle}: a late event loop is answered 503, and it is over when the loop is on time`, async (t) => {
    const policy = loadShedding({ criticality: 'sheddable', from: '20ms', full: '22ms', utilisation: 0.05 })
    const { gateway } = await gatewayWith(t, policy, { lifecycle })
    const hold = setInterval(() => {
      const until = performance.now() + 60
      while (performance.now() < until);
    }, 70)
    const until = async (status: number) => {
      for (;;) {
        const response = await fetch(gateway.url)
        const body = (await response.json()) as { code?: string }
        if (response.status === status) return { response, body }
      }
    }
    const { response, body } = await until(503)
    t.is(body.code, 'OVERLOADED')
    t.is(response.headers.get('retry-after'), '1')
    clearInterval(hold)
    await until(200)
  })
