import test from 'ava'
import { frozenCopy } from '../../runtime/auth/frozen-copy.js'

test('plain objects and arrays are copied and frozen at every depth', (t) => {
  const given = { roles: ['a'], nested: { list: [{ x: 1 }] }, bare: Object.assign(Object.create(null), { y: [1] }), none: null }
  const value = frozenCopy(given)
  t.deepEqual(value, given)
  t.throws(() => value.roles.push('admin'), { instanceOf: TypeError })
  t.true(Object.isFrozen(value.nested.list[0]))
  t.true(Object.isFrozen(value.bare.y))
  t.false(Object.isFrozen(given.roles), 'what was given stays as it was')
})

test('objects of other classes are taken over', (t) => {
  const map = new Map()
  t.is(frozenCopy({ map }).map, map)
})

test('a property called `__proto__` stays a property', (t) => {
  const value = frozenCopy(JSON.parse('{"__proto__":{"admin":true}}'))
  t.is(value.admin, undefined)
  t.deepEqual(Object.keys(value), ['__proto__'])
})

test('depth and cycles are no limit', (t) => {
  const deep: { child?: object } = {}
  let at = deep
  for (let level = 0; level < 100_000; level += 1) {
    const child: { child?: object } = {}
    at.child = child
    at = child
  }
  at.child = deep
  t.true(Object.isFrozen(frozenCopy(deep).child))
})
