import test from 'ava'
import { Overload } from '../../runtime/edge/overload.js'

const SETTINGS = { eventLoopDelay: 200, heap: 0.95 }

function watched() {
  const changes: boolean[] = []
  return { overload: new Overload(SETTINGS, (active) => changes.push(active)), changes }
}

test('three bad looks of five make an overload, and the third good one ends it', (t) => {
  const { overload, changes } = watched()
  for (const delay of [300, 300]) overload.note(delay, 0.1)
  t.false(overload.active)
  overload.note(201, 0.1)
  t.true(overload.active)
  for (const delay of [10, 10]) overload.note(delay, 0.1)
  t.true(overload.active)
  overload.note(10, 0.1)
  t.false(overload.active)
  t.deepEqual(changes, [true, false])
})

test('single pauses, however long, are none', (t) => {
  const { overload } = watched()
  for (let look = 0; look < 30; look++) {
    overload.note(look % 3 === 0 ? 5_000 : 0, 0.5)
    t.false(overload.active)
  }
})

test('a heap that is nearly full counts like a late loop', (t) => {
  const { overload } = watched()
  for (let look = 0; look < 3; look++) overload.note(0, 0.96)
  t.true(overload.active)
})

test('switched off, it never is', (t) => {
  const overload = new Overload(false, () => t.fail())
  for (let look = 0; look < 9; look++) overload.note(9_999, 1)
  t.false(overload.active)
})
