import test from 'ava'
import { createMemorySharedState } from '../../runtime/stores/memory-shared-state.js'
import { fakeClock } from '../helpers/fake-clock.js'
import { conformance } from './shared-state-conformance.js'

for (const [title, run] of Object.entries(conformance))
  test(`in memory: ${title}`, async (t) => {
    const clock = fakeClock()
    const state = createMemorySharedState(clock)
    await run(t, { state, other: state, pass: (ms) => clock.advance(ms) })
  })

test('110,000 values are not all kept', async (t) => {
  const state = createMemorySharedState(fakeClock())
  for (let index = 0; index < 110_000; index += 1) await state.set(`many\0${index}`, 'x', 3_600_000)
  t.is(await state.get('many\x000'), undefined)
  t.is(await state.get('many\x00109999'), 'x')
})
