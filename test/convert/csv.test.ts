import test from 'ava'
import fc from 'fast-check'
import { z } from 'zod'
import { ConversionError } from '../../runtime/convert/conversion-error.js'
import { formatOf, readText } from './formats.js'

const plain = formatOf('csv')

const read: readonly (readonly [what: string, text: string, value: unknown])[] = [
  [
    'rows by the names in the first line',
    'a,b\r\n1,2\r\n3,4\r\n',
    [
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ],
  ],
  ['names alone', 'a,b\n', []],
  ['nothing', '', []],
  ['quotes, delimiters and line ends in fields', 'a,b\n"x, ""y""","1\r\n2"', [{ a: 'x, "y"', b: '1\r\n2' }]],
  ['a mark and empty lines', '\ufeffa\n\n1\n\n', [{ a: '1' }]],
  ['an empty field', 'a,b\n,\n', [{ a: '', b: '' }]],
  ['formulas as they are', 'a\n=1+1\n"@SUM(A1)"\n-2', [{ a: '=1+1' }, { a: '@SUM(A1)' }, { a: '-2' }]],
  ['names that objects have', 'toString,constructor\n1,2', [{ toString: '1', constructor: '2' }]],
]
for (const [what, text, value] of read) test(`CSV: reads ${what}`, (t) => t.deepEqual(readText(plain, text), value as never))

const refused: readonly (readonly [what: string, text: string])[] = [
  ['a short row', 'a,b\n1'],
  ['a long row', 'a\n1,2'],
  ['an open quote', 'a\n"1'],
  ['a quote in the middle', 'a\n1"2"'],
  ['a name twice', 'a,b,a\n1,2,3'],
  ['a column called __proto__', '__proto__\n1'],
  ['50,001 fields', `a\n${'1\n'.repeat(50_000)}`],
  ['1,001 columns', Array.from({ length: 1_001 }, (_, index) => `c${index}`).join()],
]
for (const [what, text] of refused)
  test(`CSV: refuses ${what}`, (t) => t.is(t.throws(() => readText(plain, text), { instanceOf: ConversionError })?.fault, 'malformed'))

test('CSV: other delimiters and charsets', (t) => {
  t.deepEqual(readText(formatOf('csv', undefined, { delimiter: ';' }), 'a;b\n1,5;x'), [{ a: '1,5', b: 'x' }])
  t.is(String(formatOf('csv', undefined, { delimiter: '\t' }).write([{ a: '1\t2', b: 3 }])), 'a\tb\r\n"1\t2"\t3\r\n')
  t.deepEqual(plain.read(Buffer.from('a\né', 'latin1'), 'text/csv; charset=iso-8859-1'), [{ a: 'é' }])
  t.throws(() => plain.read(Buffer.from('a\né', 'latin1'), 'text/csv'), { instanceOf: ConversionError })
})

test('CSV: writes the columns of the schema, then others, in order', (t) => {
  const rows = z.array(z.looseObject({ b: z.string(), a: z.number().optional() }))
  const format = formatOf('csv', rows)
  t.is(
    String(
      format.write([
        { a: 1, b: 'x' },
        { b: null, c: true },
      ]),
    ),
    'b,a,c\r\nx,1,\r\n,,true\r\n',
  )
  t.is(String(format.write([])), 'b,a\r\n')
  t.is(String(plain.write([])), '')
  t.is(String(plain.write([{ a: '' }])), 'a\r\n""\r\n')
  for (const value of [{ a: 1 }, [1], [[1]], [{ a: {} }], [{ a: [1] }], 'x'])
    t.is(t.throws(() => plain.write(value), { instanceOf: ConversionError })?.fault, 'shape')
})

test('CSV: what is written is read back the same', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', ' ', ';', '=', 'é', '\ufeff', '😀'), maxLength: 6 })
  const rows = fc.uniqueArray(text, { minLength: 1, maxLength: 4 }).chain((names) => {
    const row = fc
      .tuple(...names.map(() => text))
      .map((fields) => Object.fromEntries(names.map((name, index) => [name, fields[index] as string])))
    return fc.array(row, { minLength: 1, maxLength: 5 })
  })
  fc.assert(
    fc.property(rows, (value) => t.deepEqual(plain.read(plain.write(value), plain.contentType), value)),
    { numRuns: 1_000 },
  )
})

test('forms: what is written is read back the same, lists of one too', (t) => {
  const schema = z.object({ a: z.string().optional(), list: z.array(z.string()) })
  const format = formatOf('form', schema)
  const text = fc.string({ unit: 'grapheme', maxLength: 8 })
  const fields = fc.record({ a: text, list: fc.array(text, { minLength: 1, maxLength: 3 }) }, { requiredKeys: ['list'] })
  fc.assert(
    fc.property(fields, (value) => t.deepEqual(schema.parse(format.read(format.write(value), format.contentType)), value as never)),
    { numRuns: 500 },
  )
  for (const value of [[1], 'x', null, { a: {} }, { a: [[1]] }])
    t.is(t.throws(() => format.write(value), { instanceOf: ConversionError })?.fault, 'shape')
  t.is(String(format.write({ a: new Date(0), b: null, c: [1, 2] })), 'a=1970-01-01T00%3A00%3A00.000Z&c=1&c=2')
})
