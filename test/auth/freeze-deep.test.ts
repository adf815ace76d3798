import test from 'ava'
import { freezeDeep } from '../../runtime/auth/freeze-deep.js'

test('plain objects and arrays are frozen at every depth', (t) => {
  const value = freezeDeep({ roles: ['a'], nested: { list: [{ x: 1 }] }, bare: Object.assign(Object.create(null), { y: [1] }), none: null })
  t.throws(() => value.roles.push('admin'), { instanceOf: TypeError })
  t.true(Object.isFrozen(value.nested.list[0]))
  t.true(Object.isFrozen(value.bare.y))
})

test('objects of other classes are left alone', (t) => {
  const map = new Map()
  t.false(Object.isFrozen(freezeDeep({ map }).map))
})

test('depth is no limit', (t) => {
  const deep: { child?: object } = {}
  for (let level = 0, at = deep; level < 100_000; level += 1) at = at.child = {}
  t.true(Object.isFrozen(freezeDeep(deep).child))
})
