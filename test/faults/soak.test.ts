import test from 'ava'
import { heapSlope, runSoak, spreadOf } from './soak.js'

test.serial('O-12: rounds of load with faults and reloads leave descriptors, resources and heap as they were', async (t) => {
  const { failures, samples } = await runSoak({ minutes: 0.1, samples: 3, seed: 12 })
  t.deepEqual(failures, [])
  const settled = samples.slice(1)
  t.log(settled.map(({ heapMiB }) => heapMiB.toFixed(1)).join(', '), 'MiB')
  t.true(spreadOf(settled, 'descriptors') <= 5)
  t.true(spreadOf(settled, 'resources') <= 5)
  t.true(Math.max(...settled.map(({ heapMiB }) => heapMiB)) - (settled[0]?.heapMiB as number) < 8)
})

test('the slope is that of the line through the samples, in ten minutes', (t) => {
  const at = (minute: number, heapMiB: number) => ({ minute, heapMiB, descriptors: 20, resources: 3 })
  t.is(heapSlope([at(0, 50), at(5, 51), at(10, 52)]), 2)
  t.is(heapSlope([at(0, 50), at(5, 53), at(10, 50)]), 0)
})
