import test from 'ava'
import fc from 'fast-check'
import { HealthTally, type ProbeOutcome } from '../../runtime/upstreams/health-tally.js'

/** What should be known after each outcome, read off the whole history instead of counters. */
function expected(outcomes: readonly ProbeOutcome[], rise: number, fall: number): boolean[] {
  let healthy = outcomes[0] === 'ok'
  let since = 0
  return outcomes.map((outcome, index) => {
    const recent = outcomes.slice(Math.max(since + 1, index + 1 - (healthy ? fall : rise)), index + 1)
    const full = recent.length === (healthy ? fall : rise)
    const turned = full && recent.every((one) => (one === 'ok') !== healthy)
    if (index > 0 && (turned || (healthy && outcome === 'unreachable'))) {
      healthy = !healthy
      since = index
    }
    return healthy
  })
}

test('health turns after `rise` or `fall` outcomes in a row, at once when unreachable or first', (t) => {
  const outcome = fc.constantFrom<ProbeOutcome>('ok', 'ok', 'failed', 'failed', 'unreachable')
  const threshold = fc.integer({ min: 1, max: 4 })
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 40 }), threshold, threshold, (outcomes, rise, fall) => {
      const tally = new HealthTally(rise, fall)
      t.deepEqual(
        outcomes.map((one) => tally.record(one)),
        expected(outcomes, rise, fall),
      )
    }),
    { numRuns: 500 },
  )
})
