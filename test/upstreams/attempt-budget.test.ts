import test from 'ava'
import fc from 'fast-check'
import { AttemptBudget } from '../../runtime/upstreams/attempt-budget.js'

/** What calls do, as one letter each: begin, ask for a further attempt, end that attempt, end. */
type Event = 'begin' | 'ask' | 'answer' | 'end'

/** The budget told over again from the whole history each time. */
class ReferenceBudget {
  readonly #percent: number
  readonly #floor: number
  readonly #history: ('begin' | 'end' | 'taken' | 'given')[] = []

  constructor(percent: number, floor: number) {
    this.#percent = percent
    this.#floor = floor
  }

  apply(event: 'begin' | 'end' | 'given'): void {
    this.#history.push(event)
  }

  ask(): boolean {
    let calls = 0
    let taken = 0
    let hundredths = 1_000
    for (const event of this.#history) {
      if (event === 'begin') hundredths = Math.min(10_000, hundredths + this.#percent)
      if (event === 'taken') hundredths -= 100
      calls += event === 'begin' ? 1 : event === 'end' ? -1 : 0
      taken += event === 'taken' ? 1 : event === 'given' ? -1 : 0
    }
    const withinShare = 100 * (taken + 1) <= this.#percent * (calls - taken)
    const allowed = (withinShare || taken + 1 <= this.#floor) && hundredths >= 100
    if (allowed) this.#history.push('taken')
    return allowed
  }
}

test('C-18: over any sequence of events the budget says what a reference automaton says', (t) => {
  const events = fc.array(fc.constantFrom<Event>('begin', 'begin', 'ask', 'ask', 'ask', 'answer', 'end'), { minLength: 20, maxLength: 80 })
  const percents = fc.integer({ min: 1, max: 100 })
  let refused = 0
  fc.assert(
    fc.property(percents, fc.integer({ min: 1, max: 5 }), events, (percent, floor, sequence) => {
      const budget = new AttemptBudget({ percent, minConcurrency: floor })
      const reference = new ReferenceBudget(percent, floor)
      let calls = 0
      let taken = 0
      for (const event of sequence) {
        if (event === 'begin') {
          calls++
          budget.enter()
          reference.apply('begin')
        } else if (event === 'ask' && taken < calls) {
          const allowed = budget.take()
          if (allowed !== reference.ask()) return false
          if (allowed) taken++
          else refused++
        } else if (event === 'answer' && taken > 0) {
          taken--
          budget.giveBack()
          reference.apply('given')
        } else if (event === 'end' && calls > taken) {
          calls--
          budget.leave()
          reference.apply('end')
        }
      }
      return true
    }),
    { numRuns: 10_000 },
  )
  t.true(refused > 1_000, 'the sequences reach its bounds')
})

test('C-18: where every call fails, one after the other, there is one retry for five calls, and ten in reserve', (t) => {
  const budget = new AttemptBudget({ percent: 20, minConcurrency: 3 })
  let retries = 0
  for (let call = 0; call < 1_000; call++) {
    budget.enter()
    for (let attempt = 0; attempt < 2; attempt++) {
      if (!budget.take()) continue
      retries++
      budget.giveBack()
    }
    budget.leave()
  }
  t.true(retries >= 209 && retries <= 210, `${retries}`)
})

test('of a hundred calls at a time 16 may be under retry, which is 20 % of the other 84; the floor gives three to two calls', (t) => {
  const many = new AttemptBudget({ percent: 20, minConcurrency: 3 })
  for (let call = 0; call < 100; call++) many.enter()
  let taken = 0
  while (many.take()) taken++
  t.is(taken, 16)
  const few = new AttemptBudget({ percent: 20, minConcurrency: 3 })
  few.enter()
  few.enter()
  t.deepEqual([few.take(), few.take(), few.take(), few.take()], [true, true, true, false])
  few.giveBack()
  t.true(few.take())
})

test('a long time without trouble saves up a hundred retries and no more', (t) => {
  const budget = new AttemptBudget({ percent: 20, minConcurrency: 1_000 })
  for (let call = 0; call < 10_000; call++) {
    budget.enter()
    budget.leave()
  }
  let taken = 0
  while (budget.take()) taken++
  t.is(taken, 100)
})
