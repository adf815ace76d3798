import test from 'ava'
import fc from 'fast-check'
import { Roster } from '../../runtime/roster.js'

test('a roster holds what a set would, through any adding, deleting and clearing', (t) => {
  const commands = fc.array(fc.tuple(fc.constantFrom('add', 'delete', 'clear'), fc.nat(9)), { maxLength: 60 })
  fc.assert(
    fc.property(commands, (steps) => {
      const entries = Array.from({ length: 10 }, (_, id) => ({ id, rosterIndex: -1 }))
      const roster = new Roster<(typeof entries)[number]>()
      const set = new Set<(typeof entries)[number]>()
      for (const [step, id] of steps) {
        const entry = entries[id] as (typeof entries)[number]
        if (step === 'clear' && id > 0) continue
        if (step === 'add') {
          roster.add(entry)
          set.add(entry)
        } else if (step === 'delete') t.is(roster.delete(entry), set.delete(entry))
        else {
          roster.clear()
          set.clear()
        }
        t.is(roster.size, set.size)
        t.deepEqual(
          entries.map((one) => roster.has(one)),
          entries.map((one) => set.has(one)),
        )
      }
      t.deepEqual([...roster].map((one) => one.id).sort(), [...set].map((one) => one.id).sort())
    }),
  )
})

test('entries may leave while a roster is gone over', (t) => {
  const roster = new Roster<{ id: number; rosterIndex: number }>()
  for (let id = 0; id < 5; id++) roster.add({ id, rosterIndex: -1 })
  const seen: number[] = []
  for (const entry of roster) {
    seen.push(entry.id)
    roster.delete(entry)
  }
  t.deepEqual(seen, [0, 1, 2, 3, 4])
  t.is(roster.size, 0)
})
