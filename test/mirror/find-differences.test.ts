import test from 'ava'
import fc from 'fast-check'
import type { Schema } from 'gatewright'
import { z } from 'zod'
import { parseExact } from '../../runtime/mirror/exact-json.js'
import { findDifferences } from '../../runtime/mirror/find-differences.js'
import { changedAt, documentsOf, rewritten, schemaOf, specs, spotsOf, turnedRound } from './random-documents.js'

const ORDERED = { ignore: [], arrays: 'ordered' } as const
const UNORDERED = { ignore: [], arrays: 'unordered' } as const
const RUNS = 10_000

/** As a document comes: from its text. */
const read = (value: unknown) => parseExact(JSON.stringify(value))
const between = (one: unknown, other: unknown, schema?: z.ZodType, rules: Parameters<typeof findDifferences>[3] = ORDERED) =>
  findDifferences(read(one), read(other), schema as unknown as Schema, rules)

const described = specs.chain((spec) => fc.tuple(fc.constant(spec), documentsOf(spec)))
const seeded = described.chain(([spec, document]) => {
  const spots = spotsOf(spec, document)
  return fc.tuple(fc.constant(spec), fc.constant(document), fc.constantFrom(undefined, ...spots), fc.boolean())
})

test('of a random document by a random schema, the seeded difference is found and no other', (t) => {
  fc.assert(
    fc.property(seeded, ([spec, document, spot, remove]) => {
      const schema = schemaOf(spec)
      const other = rewritten(spec, document)
      if (!spot) t.deepEqual(between(document, other, schema), [])
      else {
        const changed = changedAt(other, spot, remove)
        t.deepEqual(between(document, changed, schema), [spot.shown])
        if (spot.keys.length > 0) t.deepEqual(between(document, changed, schema, { ...ORDERED, ignore: [spot.keys.map(String)] }), [])
      }
    }),
    { numRuns: RUNS },
  )
})

test('where the order of lists does not count, the seeded difference is found and no other', (t) => {
  fc.assert(
    fc.property(seeded, ([spec, document, spot, remove]) => {
      const schema = schemaOf(spec)
      const changed = spot ? changedAt(rewritten(spec, document), spot, remove) : rewritten(spec, document)
      t.deepEqual(between(turnedRound(spec, document), changed, schema, UNORDERED), spot ? [spot.shown] : [])
    }),
    { numRuns: RUNS },
  )
})

for (const [one, other] of [
  ['9007199254740993', '9007199254740992'],
  ['0.1', '0.10000000000000000001'],
  ['1e400', '1e401'],
  ['1e-400', '2e-400'],
  ['123456789012345678901234567890', '123456789012345678901234567891'],
  ['-1', '1'],
  ['"1"', '1'],
  ['[]', '{}'],
  ['null', '{}'],
  ['"a"', '"A"'],
] as const)
  test(`${one} and ${other} differ`, (t) => {
    t.deepEqual(findDifferences(parseExact(`{"a":${one}}`), parseExact(`{"a":${other}}`), undefined, ORDERED), ['/*'])
  })

for (const [one, other] of [
  ['1.0', '1'],
  ['1e3', '1000'],
  ['0.30000000000000004', '3.0000000000000004e-1'],
  ['100000000000000000000', '1e+20'],
  ['-0', '0.000'],
  ['1E0400', '10e399'],
  ['"\\u0061\\\\\\""', '"a\\u005c\\u0022"'],
  ['"12345678901234567890\\\\"', '"12345678901234567890\\u005c"'],
] as const)
  test(`${one} and ${other} are the same`, (t) => {
    t.deepEqual(findDifferences(parseExact(`[${one},{}]`), parseExact(`[${other}, {}]`), undefined, UNORDERED), [])
  })

test('a number beyond doubles takes the alternative that its schema allows', (t) => {
  const schema = z.union([z.object({ n: z.number(), a: z.string() }), z.object({ b: z.string() })]) as unknown as Schema
  const one = parseExact('{"n":9007199254740993,"a":"x","b":"y"}')
  t.deepEqual(findDifferences(one, parseExact('{"n":9007199254740993,"a":"x","b":"z"}'), schema, ORDERED), [])
  t.deepEqual(findDifferences(one, parseExact('{"n":9007199254740992,"a":"x","b":"z"}'), schema, ORDERED), ['/n'])
})

test('names come from schemas alone', (t) => {
  const schema = z.looseObject({ known: z.object({ a: z.number() }), byId: z.record(z.string(), z.object({ a: z.number() })) })
  const one = { known: { a: 1, b: 1 }, byId: { 'ann@example.org': { a: 1 } }, secret: 1 }
  const other = { known: { a: 2, b: 2 }, byId: { 'ann@example.org': { a: 2 } }, secret: 2 }
  t.deepEqual(between(one, other, schema), ['/known/a', '/byId/*/a', '/*'])
  t.deepEqual(between(one, other), ['/*/*', '/*/*/*', '/*'])
})

test('what is sent counts where a schema turns it into something else, and both sides of an intersection do', (t) => {
  const sent = z.object({ at: z.string().transform((text) => new Date(text)), n: z.coerce.number().default(1) })
  const schema = z.intersection(sent, z.object({ more: z.array(z.string()).readonly().optional() }))
  t.deepEqual(between({ at: 'a', n: 1, more: ['x'] }, { at: 'b', n: 2, more: ['y'], other: 1 }, schema), ['/at', '/n', '/more/*'])
})

test('a difference in any number of elements is one place, and there are at most twenty', (t) => {
  const list = (value: number) => Array.from({ length: 1_000 }, () => ({ a: value }))
  t.deepEqual(between(list(1), list(2), z.array(z.object({ a: z.number() }))), ['/*/a'])
  const names = Array.from({ length: 30 }, (_, index) => `m${index}`)
  const wide = z.object(Object.fromEntries(names.map((name) => [name, z.number()])))
  const filled = (value: number) => Object.fromEntries(names.map((name) => [name, value]))
  t.is(between(filled(1), filled(2), wide).length, 20)
})
