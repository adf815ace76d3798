import test from 'ava'
import fc from 'fast-check'
import { z } from 'zod'
import { ConversionError } from '../../runtime/convert/conversion-error.js'
import { formatOf, readText } from './formats.js'

const plain = formatOf('xml')

const read: readonly (readonly [what: string, text: string, value: unknown])[] = [
  ['an element with text', '<a>x</a>', { a: 'x' }],
  ['an empty element', '<a/>', { a: '' }],
  ['attributes and text', '<a id="1" xml:lang="en">x</a>', { a: { '@id': '1', '@xml:lang': 'en', '#text': 'x' } }],
  ['repeated elements', '<a><b>1</b><c/><b>2</b></a>', { a: { b: ['1', '2'], c: '' } }],
  ['numbers and words as texts', '<a><b>007</b><c>1e3</c><d>true</d></a>', { a: { b: '007', c: '1e3', d: 'true' } }],
  ['the layout of a document', '\n<a>\n  <b> x </b>\n</a>\n', { a: { b: ' x ' } }],
  ['mixed content', '<a>one <b>two</b> three</a>', { a: { b: 'two', '#text': 'one  three' } }],
  ['CDATA, comments and instructions', '<a><!-- no --><?go now?><![CDATA[<b> &amp;]]> x</a>', { a: '<b> &amp; x' }],
  ['references', '<a b="&quot;">&lt;&#65;&#x1F600;&gt;</a>', { a: { '@b': '"', '#text': '<A😀>' } }],
  ['namespaces', '<s:a xmlns:s="urn:x"><s:b/></s:a>', { 's:a': { '@xmlns:s': 'urn:x', 's:b': '' } }],
  ['names that objects have', '<toString valueOf="1"><hasOwnProperty/></toString>', { toString: { '@valueOf': '1', hasOwnProperty: '' } }],
]
for (const [what, text, value] of read) test(`XML: reads ${what}`, (t) => t.deepEqual(readText(plain, text), value))

const entities = `<!DOCTYPE a [<!ENTITY x "${'y'.repeat(50)}">${'<!ENTITY x1 "&x;&x;&x;&x;&x;&x;&x;&x;">'}]>`
const refused: readonly (readonly [what: string, text: string])[] = [
  ['a billion laughs', `${entities}<a>&x1;</a>`],
  ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  ['an external DTD', '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>'],
  ['a DTD after a comment', '<?xml version="1.0"?><!-- x --><!DOCTYPE a><a/>'],
  ['a DTD in small letters', '<!doctype a><a/>'],
  ['a DTD inside of an element', '<a><!DOCTYPE a><b/></a>'],
  ['an unknown entity', '<a>&nbsp;</a>'],
  ['an entity in an attribute', '<a b="&x;"/>'],
  ['a bare ampersand', '<a>a & b</a>'],
  ['a reference to no character', '<a>&#0;</a>'],
  ['a reference beyond Unicode', '<a>&#x110000;</a>'],
  ['a reference to half a character', '<a>&#xD800;</a>'],
  ['65 levels', `${'<a>'.repeat(65)}${'</a>'.repeat(65)}`],
  ['100,000 levels', '<a>'.repeat(100_000) + '</a>'.repeat(100_000)],
  ['50,001 elements', `<a>${'<b/>'.repeat(50_000)}</a>`],
  ['50,001 attributes', `<a ${Array.from({ length: 50_001 }, (_, index) => `b${index}=""`).join(' ')}/>`],
  ['an element called __proto__', '<a><__proto__><polluted>1</polluted></__proto__></a>'],
  ['an element called constructor', '<a><constructor><prototype/></constructor></a>'],
  ['two roots', '<a/><b/>'],
  ['text after the root', '<a/>x'],
  ['text before the root', 'x<a/>'],
  ['an open element', '<a><b></a>'],
  ['an attribute twice', '<a b="1" b="2"></a>'],
  ['an attribute without quotes', '<a b=1></a>'],
  ['a control character', '<a>\u0001</a>'],
  ['JSON', '{"a":1}'],
  ['nothing', ''],
  ['a comment alone', '<!-- a -->'],
]
for (const [what, text] of refused)
  test(`XML: refuses ${what}`, (t) => {
    t.is(t.throws(() => readText(plain, text), { instanceOf: ConversionError })?.fault, 'malformed')
    t.false('polluted' in {})
  })

test('XML: 64 levels are read', (t) => {
  t.notThrows(() => readText(plain, `${'<a>'.repeat(64)}${'</a>'.repeat(64)}`))
})

test('XML: attributes with names of prototypes reach none', (t) => {
  const value = readText(plain, '<a __proto__="1" constructor="2"/>') as { a: object }
  t.deepEqual(Object.keys(value.a), ['@__proto__', '@constructor'])
  t.is(Object.getPrototypeOf(value.a), Object.prototype)
})

const Order = z.object({
  id: z.coerce.number<string>(),
  item: z.array(z.object({ sku: z.string() })),
  note: z.string().optional(),
  tag: z.array(z.string()).optional(),
  ship: z.object({ to: z.array(z.string()) }),
})

test('XML: the schema tells lists of one and of none, empty objects and texts with attributes', (t) => {
  const format = formatOf('xml', Order, { root: 'order' })
  const value = readText(format, '<order><id x="1">7</id><item><sku>a</sku></item><note xml:lang="en">n</note><ship/></order>')
  t.deepEqual(Order.parse(value), { id: 7, item: [{ sku: 'a' }], note: 'n', ship: { to: [] } })
  t.deepEqual(readText(format, '<order>\n</order>'), { item: [] })
  t.throws(() => readText(format, '<orders/>'), { message: /root element is not `order`/ })
})

test('XML: schemas that hold themselves, unions and optional lists are followed', (t) => {
  const Tree = z.object({
    name: z.string(),
    get child(): z.ZodOptional<z.ZodArray<z.ZodType>> {
      return z.array(Tree as z.ZodType).optional()
    },
  })
  const tree = readText(
    formatOf('xml', Tree, { root: 't' }),
    '<t><name>a</name><child><name>b</name><child><name>c</name></child></child></t>',
  )
  t.deepEqual(tree, { name: 'a', child: [{ name: 'b', child: [{ name: 'c' }] }] })
  const either = z.object({ one: z.union([z.string(), z.array(z.string())]), rest: z.record(z.string(), z.array(z.string())) })
  t.deepEqual(readText(formatOf('xml', either, { root: 't' }), '<t><one>a</one><rest><x>1</x></rest></t>'), {
    one: 'a',
    rest: { x: ['1'] },
  })
})

test('XML: the charset is that of the mark, the media type or the declaration', (t) => {
  const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1')
  t.deepEqual(plain.read(latin, 'application/xml'), { a: 'é' })
  t.deepEqual(plain.read(Buffer.from('<a>é</a>', 'latin1'), 'text/xml; charset="iso-8859-1"'), { a: 'é' })
  t.deepEqual(plain.read(Buffer.from('\ufeff<a>é</a>', 'utf16le'), 'text/xml; charset=utf-8'), { a: 'é' })
  t.is(t.throws(() => plain.read(Buffer.from('<a>é</a>', 'latin1'), 'text/xml'), { instanceOf: ConversionError })?.fault, 'malformed')
  t.is(t.throws(() => readText(plain, '<a/>', 'text/xml; charset=nope'), { instanceOf: ConversionError })?.fault, 'charset')
})

test('XML: media types', (t) => {
  for (const type of ['application/xml', 'text/xml; charset=utf-8', 'application/soap+xml']) t.true(plain.matches(type), type)
  for (const type of ['application/xmlish', 'text/html', '', 'application/json']) t.false(plain.matches(type), type)
})

test('XML: writes what it can hold', (t) => {
  const write = (value: unknown) => String(plain.write(value)).replace(/^<\?xml[^>]*\?>/, '')
  t.is(String(plain.write({ a: '' })), '<?xml version="1.0" encoding="UTF-8"?><a/>')
  t.is(
    write({ a: { '@b': 'x"<\n', c: [1, null, true], d: undefined, '#text': '<&>' } }),
    '<a b="x&quot;&lt;&#10;"><c>1</c><c>true</c>&lt;&amp;&gt;</a>',
  )
  t.is(write({ a: '\r\n\t' }), '<a>&#13;\n\t</a>')
  t.is(write({ a: { b: new Date(0), c: [], d: {} } }), '<a><b>1970-01-01T00:00:00.000Z</b><d/></a>')
})

const unwritable: readonly (readonly [what: string, value: unknown, fault: string])[] = [
  ['two roots', { a: 1, b: 2 }, 'shape'],
  ['a list', [1], 'shape'],
  ['a list of roots', { a: [1] }, 'shape'],
  ['a list in a list', { a: { b: [[1]] } }, 'shape'],
  ['a name with a space', { a: { 'b c': 1 } }, 'shape'],
  ['a name that is markup', { a: { 'b><c': 1 } }, 'shape'],
  ['an instruction', { a: { '?b': 1 } }, 'shape'],
  ['an attribute that is an object', { a: { '@b': {} } }, 'shape'],
  ['a control character', { a: '\u0000' }, 'text'],
  ['half a character', { a: { '@b': '\ud800' } }, 'text'],
]
for (const [what, value, fault] of unwritable)
  test(`XML: does not write ${what}`, (t) =>
    t.is(t.throws(() => plain.write(value), { instanceOf: ConversionError })?.fault as string, fault))

test('XML: a value that holds itself ends', (t) => {
  const value: Record<string, unknown> = {}
  value['a'] = value
  t.throws(() => plain.write(value), { instanceOf: ConversionError })
})

const name = fc.stringMatching(/^[a-z_][a-z0-9._-]{0,6}$/).filter((one) => !['constructor', 'prototype'].includes(one))
const grapheme = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 3 })
  .filter((one) => !/[\p{Cc}\p{Cn}\p{Cs}]/u.test(one.replaceAll(/[\t\n\r]/g, '')))
/** With what a parser would change, or take for markup. */
const text = fc
  .array(fc.oneof(grapheme, fc.constantFrom('\r', '\n', '\t', ' ', '&', '<', ']]>', '"', "'")), { maxLength: 6 })
  .map((all) => all.join(''))

/** What XML holds without a schema: no lists of one or none, no empty objects, no text of white space beside others. */
const element = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.dictionary(
      fc.oneof(
        name,
        name.map((one) => `@${one}`),
      ),
      fc.oneof(tie('value'), fc.array(tie('value'), { minLength: 2, maxLength: 3 })),
      { minKeys: 1, maxKeys: 4 },
    ),
  ),
})).value

function holds(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const pairs = Object.entries(value).map(([key, member]) => {
    if (key.startsWith('@')) return [key, typeof member === 'string' ? member : 'x'] as const
    return [key, Array.isArray(member) ? member.map(holds) : holds(member)] as const
  })
  return Object.fromEntries(pairs)
}

test('XML: what is written is read back the same', (t) => {
  fc.assert(
    fc.property(name, element, (root, value) => {
      const document = { [root]: holds(value) }
      t.deepEqual(plain.read(plain.write(document), plain.contentType), document)
    }),
    { numRuns: 1_000 },
  )
})

const Invoice = z.object({
  id: z.string(),
  '@version': z.string(),
  line: z.array(
    z.object({ sku: z.string(), count: z.coerce.number<string | number>().int(), tags: z.object({ tag: z.array(z.string()) }) }),
  ),
  paid: z.stringbool({ truthy: ['true'], falsy: ['false'] }),
  note: z.string().optional(),
})

test('XML: what a schema knows is read back the same, lists of one and of none too', (t) => {
  const format = formatOf('xml', Invoice, { root: 'invoice' })
  const line = fc.record({ sku: text, count: fc.integer(), tags: fc.record({ tag: fc.array(text, { maxLength: 3 }) }) })
  const invoice = fc.record(
    { id: text, '@version': text, line: fc.array(line, { maxLength: 3 }), paid: fc.boolean(), note: text },
    { requiredKeys: ['id', '@version', 'line', 'paid'] },
  )
  fc.assert(
    fc.property(invoice, (value) => t.deepEqual(Invoice.parse(format.read(format.write(value), format.contentType)), value as never)),
    { numRuns: 500 },
  )
})

test('XML: any bytes are read or refused, never more', (t) => {
  const pieces = fc.array(
    fc.constantFrom(
      '<',
      '>',
      'a',
      '/',
      '&',
      ';',
      '#',
      '!',
      '[',
      ']',
      '-',
      '?',
      '"',
      "'",
      '=',
      ' ',
      'CDATA',
      'DOCTYPE',
      '<a>',
      '</a>',
      '<!--',
      '-->',
    ),
    {
      maxLength: 40,
    },
  )
  const refusals = fc.property(pieces, (parts) => {
    try {
      plain.read(Buffer.from(parts.join('')), '')
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error
    }
  })
  t.notThrows(() => fc.assert(refusals, { numRuns: 3_000 }))
})
