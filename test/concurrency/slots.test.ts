import test from 'ava'
import fc from 'fast-check'
import { Slots } from '../../runtime/concurrency/slots.js'

test('a slot given back goes to whoever waits longest', (t) => {
  const slots = new Slots(1)
  const admitted: string[] = []
  t.true(slots.take('a'))
  t.false(slots.take('a'))
  t.true(slots.take('b'))
  for (const name of ['first', 'second', 'third']) slots.wait('a', 3, { admit: () => admitted.push(name) })
  t.is(slots.wait('a', 3, { admit: () => t.fail() }), undefined)
  slots.release('a')
  slots.release('a')
  t.deepEqual(admitted, ['first', 'second'])
})

test('who stops waiting is passed over', (t) => {
  const slots = new Slots(1)
  slots.take('a')
  const stop = slots.wait('a', 1, { admit: () => t.fail() })
  stop?.()
  slots.release('a')
  t.is(slots.size, 0)
})

/** What a request does next. */
type Action = { readonly kind: 'arrive' | 'finish' | 'leave'; readonly key: string; readonly pick: number }

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom('arrive', 'finish', 'leave'),
  key: fc.constantFrom('a', 'b'),
  pick: fc.nat(20),
})

test('slots are never lost nor leaked, whatever arrives, finishes and leaves in whatever order', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 200 }), (limit, actions) => {
      const slots = new Slots(limit)
      const holding: Record<string, number> = { a: 0, b: 0 }
      const waiting: Record<string, Set<() => void>> = { a: new Set(), b: new Set() }
      for (const { kind, key, pick } of actions) {
        const queue = waiting[key] as Set<() => void>
        if (kind === 'arrive' && slots.take(key)) (holding[key] as number)++
        else if (kind === 'arrive') {
          const stop: (() => void) | undefined = slots.wait(key, 4, {
            admit: () => {
              queue.delete(stop as () => void)
              ;(holding[key] as number)++
            },
          })
          if (stop) queue.add(stop)
          else t.is(queue.size, 4)
        } else if (kind === 'finish' && (holding[key] as number) > 0) {
          ;(holding[key] as number)--
          slots.release(key)
        } else if (kind === 'leave') {
          const stop = [...queue][pick % Math.max(1, queue.size)]
          if (stop && queue.delete(stop)) stop()
        }
        t.true((holding[key] as number) <= limit)
        t.true(queue.size === 0 || holding[key] === limit, 'nobody waits while a slot is free')
      }
      for (const key of ['a', 'b']) {
        for (const stop of waiting[key] as Set<() => void>) stop()
        for (let held = holding[key] as number; held > 0; held--) slots.release(key)
      }
      t.is(slots.size, 0)
    }),
    { numRuns: 1_000 },
  )
})
