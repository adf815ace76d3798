import test from 'ava'
import fc from 'fast-check'
import { type Cell, runCells, settleCells, toCell, toDecision } from '../../runtime/stores/gcra.js'

const rates = fc.record({
  count: fc.integer({ min: 1, max: 20_000 }),
  periodMs: fc.constantFrom(1_000, 60_000, 3_600_000, 86_400_000),
  burst: fc.integer({ min: 1, max: 60 }),
})

/** One request of cost 1 on one window. */
function runCell(arrival: number, now: number, cell: Cell) {
  const arrivals = [arrival]
  const admitted = runCells(arrivals, now, [cell], 1)
  return { admitted, arrival: arrivals[0] as number }
}

type Rate = typeof rates extends fc.Arbitrary<infer R> ? R : never

const cellOf = ({ count, periodMs, burst }: Rate): Cell => toCell({ emissionMs: periodMs / count, burst })

/** Gaps around what the rate allows, from none at all to several times the emission. */
const gapsFor = (cell: Cell) =>
  fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * cell.emission }), fc.integer({ min: 0, max: 3 * cell.capacity })), {
    minLength: 1,
    maxLength: 200,
  })

const stream = rates.chain((rate) => gapsFor(cellOf(rate)).map((gaps) => ({ rate, cell: cellOf(rate), gaps })))

function play(cell: Cell, gaps: readonly number[]) {
  let now = 1_700_000_000_000_000
  let arrival = now
  return gaps.map((gap) => {
    now += gap
    const outcome = runCell(arrival, now, cell)
    arrival = outcome.arrival
    return { now, ...outcome, decision: toDecision(outcome.admitted, arrival - now, cell, 1) }
  })
}

test('admits in no window more than the burst and what the rate yields meanwhile', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(stream, ({ rate, cell, gaps }) => {
        const times = play(cell, gaps).flatMap(({ admitted, now }) => (admitted ? [now] : []))
        return times.every((from, first) =>
          times.slice(first).every((to, more) => more + 1 <= rate.burst + ((to - from) / 1_000 / rate.periodMs) * rate.count + 1e-6),
        )
      }),
    ),
  )
})

test('never refuses a stream that keeps to the rate, nor a burst after a pause as long as it takes', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(rates, fc.array(fc.nat(50), { maxLength: 200 }), (rate, slack) => {
        const cell = cellOf(rate)
        const steady = slack.map((extra) => cell.emission + extra)
        const burst = [cell.capacity, ...Array<number>(rate.burst - 1).fill(0)]
        return play(cell, [...steady, ...burst, ...burst]).every(({ admitted }) => admitted)
      }),
    ),
  )
})

test('decides as a bucket of tokens would', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(stream, ({ cell, gaps }) => {
        let credit = cell.capacity
        const expected = gaps.map((gap) => {
          credit = Math.min(cell.capacity, credit + gap)
          if (credit < cell.emission) return false
          credit -= cell.emission
          return true
        })
        const decided = play(cell, gaps).map(({ admitted }) => admitted)
        return JSON.stringify(decided) === JSON.stringify(expected)
      }),
    ),
  )
})

test('says truly how many requests are left, when one will be admitted, and when all will be', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(stream, ({ rate, cell, gaps }) => {
        const last = play(cell, gaps).at(-1)
        if (!last) return false
        const { now, arrival, admitted, decision } = last
        const admittedOf = (at: number, requests: number) => {
          let kept = arrival
          let count = 0
          for (let index = 0; index < requests; index += 1) {
            const outcome = runCell(kept, at, cell)
            kept = outcome.arrival
            count += outcome.admitted ? 1 : 0
          }
          return count
        }
        const leftNow = admittedOf(now, rate.burst + 1) === decision.remaining
        const wholeAfterReset = admittedOf(now + decision.resetMs * 1_000, rate.burst + 1) === rate.burst
        const afterRetry = admittedOf(now + decision.retryMs * 1_000, 1) === 1
        const noSooner = decision.retryMs <= 1 || admittedOf(now + (decision.retryMs - 1) * 1_000 - 1, 1) === 0
        return leftNow && wholeAfterReset && (admitted ? decision.retryMs === 0 : afterRetry && noSooner && decision.retryMs > 0)
      }),
    ),
  )
})

test('a backlog beyond the capacity holds up for one request at most', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(rates, fc.integer({ min: 0, max: 1e15 }), (rate, ahead) => {
        const cell = cellOf(rate)
        const now = 1_000_000
        const { admitted, arrival } = runCell(now + cell.capacity + ahead, now, cell)
        return !admitted && runCell(arrival, now + cell.emission, cell).admitted
      }),
    ),
  )
})

const steps = fc.array(fc.record({ gap: fc.nat(3_600_000_000), cost: fc.nat(80), due: fc.option(fc.nat(80), { nil: undefined }) }), {
  minLength: 1,
  maxLength: 120,
})
const windowsOf = (all: readonly Rate[]): Cell[] => all.map(cellOf)
const several = fc.array(rates, { minLength: 1, maxLength: 4 }).map(windowsOf)

test('several windows, costs and settlements decide as buckets of tokens would: all of them give, or none', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(several, steps, (cells, all) => {
        const arrivals = cells.map(() => 0)
        const credits = cells.map(({ capacity }) => capacity)
        let now = 0
        return all.every(({ gap, cost, due }) => {
          now += gap
          const needs = (of: number) => cells.map(({ emission, capacity }) => Math.min(capacity, emission * of))
          cells.forEach(({ capacity }, index) => {
            credits[index] = Math.min(capacity, (credits[index] as number) + gap)
          })
          const taken = needs(cost)
          const expected = credits.every((credit, index) => credit >= (taken[index] as number))
          const admitted = runCells(arrivals, now, cells, cost)
          if (expected) taken.forEach((need, index) => void ((credits[index] as number) -= need))
          if (admitted && due !== undefined) {
            settleCells(arrivals, now, cells, cost, due)
            needs(due).forEach((need, index) => {
              const credit = (credits[index] as number) + (taken[index] as number) - need
              credits[index] = Math.min((cells[index] as Cell).capacity, Math.max(0, credit))
            })
          }
          return (
            admitted === expected &&
            cells.every(({ capacity }, index) => capacity - (credits[index] as number) === (arrivals[index] as number) - now)
          )
        })
      }),
      { numRuns: 2_000 },
    ),
  )
})

test('costs are admitted in no window beyond the burst and what the rate yields meanwhile', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(several, steps, (cells, all) => {
        const arrivals = cells.map(() => 0)
        let now = 0
        const admitted: { at: number; cost: number }[] = []
        for (const { gap, cost } of all) {
          now += gap
          if (runCells(arrivals, now, cells, cost)) admitted.push({ at: now, cost })
        }
        return cells.every(({ emission, capacity }) =>
          admitted.every(({ at: from }, first) => {
            let sum = 0
            return admitted.slice(first).every(({ at, cost }) => {
              sum += Math.min(capacity, cost * emission)
              return sum <= capacity + (at - from)
            })
          }),
        )
      }),
      { numRuns: 2_000 },
    ),
  )
})

test('whole microseconds come out exact where the period divides, and rounded up where not', (t) => {
  const emission = (count: number, periodMs: number) => toCell({ emissionMs: periodMs / count, burst: 1 }).emission
  t.is(emission(60, 60_000), 1_000_000)
  t.is(emission(12_500, 1_000), 80)
  t.is(emission(86_400, 86_400_000), 1_000_000)
  t.is(emission(7, 1_000), 142_858)
  t.is(emission(5_000_000, 1_000), 1)
  for (let count = 1; count <= 1_000_000; count += 1) if (1_000_000 % count === 0) t.is(emission(count, 1_000), 1_000_000 / count)
})
