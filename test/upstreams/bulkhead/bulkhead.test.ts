import test from 'ava'
import fc from 'fast-check'
import { Bulkhead, type Entrant } from '../../../runtime/upstreams/bulkhead/bulkhead.js'
import { type BulkheadOptions, bulkheadSchema } from '../../../sdk/bulkhead.js'
import { fakeClock } from '../../helpers/fake-clock.js'

/** A bulkhead on a clock of its own, with what it refused. */
function create(options: BulkheadOptions) {
  const clock = fakeClock()
  const refusals: string[] = []
  const count = (name: string, labels: Readonly<Record<string, string>>) => void refusals.push(`${name} ${labels['reason']}`)
  const bulkhead = new Bulkhead('users', { bulkhead: bulkheadSchema.parse(options) }, { clock, count, random: () => 0 })
  return { bulkhead, clock, refusals }
}
const entrant = (admit: () => void = () => undefined): Entrant => ({ waitsSince: 0, admit })

test('calls beyond the limit wait, and calls beyond the queue are refused', (t) => {
  const { bulkhead, clock, refusals } = create({ max: 2, queue: 1 })
  let admitted = 0
  const entries = Array.from({ length: 4 }, () => bulkhead.enter(entrant(() => admitted++)))
  t.deepEqual(entries, ['in', 'in', 'waiting', 'full'])
  t.deepEqual(refusals, ['gatewright_upstream_refusals_total full'])
  clock.advance(250)
  bulkhead.leave()
  t.is(admitted, 1)
  t.deepEqual([bulkhead.inFlight, bulkhead.queued, bulkhead.waits, bulkhead.waited], [2, 0, 1, 0.25])
})

test('a call that ends the moment it is admitted lets the next one in, without recursion', (t) => {
  const { bulkhead } = create({ max: 1, queue: 10_000 })
  let [depth, deepest, ended] = [0, 0, 0]
  const short = () =>
    entrant(() => {
      deepest = Math.max(deepest, ++depth)
      ended++
      bulkhead.leave()
      depth--
    })
  bulkhead.enter(short())
  for (let index = 0; index < 10_000; index++) bulkhead.enter(short())
  bulkhead.leave()
  t.deepEqual([ended, deepest, bulkhead.inFlight], [10_000, 1, 0])
})

type Command = readonly ['enter'] | readonly ['leave'] | readonly ['withdraw', number]
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(['enter'] as const) },
  { weight: 3, arbitrary: fc.constant(['leave'] as const) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('withdraw' as const), fc.nat(9)) },
)

test('C-21: any sequence of calls goes as a list on paper says: never more in flight than may be, never more waiting, in the order promised', (t) => {
  fc.assert(
    fc.property(
      fc.record({ max: fc.integer({ min: 1, max: 3 }), queue: fc.integer({ min: 0, max: 4 }), order: fc.constantFrom('fifo', 'lifo') }),
      fc.array(command, { minLength: 10, maxLength: 50 }),
      (options, commands) => {
        const { bulkhead } = create(options)
        const admitted: number[] = []
        const expected: number[] = []
        const entrants = new Map<number, Entrant>()
        let line: number[] = []
        let [inside, name] = [0, 0]
        for (const [what, which = 0] of commands) {
          if (what === 'enter') {
            const own = ++name
            const one = entrant(() => admitted.push(own))
            entrants.set(own, one)
            const entry = bulkhead.enter(one)
            const wanted = inside < options.max ? 'in' : line.length < options.queue ? 'waiting' : 'full'
            if (entry !== wanted) throw new Error(`${entry}, expected ${wanted}`)
            if (wanted === 'in') inside++
            if (wanted === 'waiting') line.push(own)
          } else if (what === 'leave' && inside > 0) {
            bulkhead.leave()
            const next = options.order === 'fifo' ? line[0] : line.at(-1)
            if (next === undefined) inside--
            else expected.push(next)
            line = line.filter((one) => one !== next)
          } else if (what === 'withdraw' && line.length > 0) {
            const gone = line[which % line.length] as number
            bulkhead.withdraw(entrants.get(gone) as Entrant, false)
            line = line.filter((one) => one !== gone)
          }
          if (bulkhead.inFlight !== inside || bulkhead.queued !== line.length) throw new Error('the counts differ')
        }
        t.deepEqual(admitted, expected)
      },
    ),
    { numRuns: 10_000 },
  )
})
