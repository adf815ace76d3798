import test from 'ava'
import fc from 'fast-check'
import { z } from 'zod'
import { duration, headerName, headerValue, httpUrl, isHeaderValue, rates, size } from '../../sdk/schemas/text.js'
import { keyValue, parseWith, zodSchema } from '../../sdk/schemas/values.js'

type Parser = { safeParse(value: unknown): { success: boolean; data?: unknown } }

const accepts = test.macro({
  exec: (t, schema: Parser, text: unknown, value: unknown) => t.deepEqual(schema.safeParse(text).data, value),
  title: (name, _schema, text) => `${name} reads ${JSON.stringify(text)}`,
})
const refuses = test.macro({
  exec: (t, schema: Parser, value: unknown) => t.false(schema.safeParse(value).success),
  title: (name, _schema, value) => `${name} refuses ${JSON.stringify(value) ?? 'undefined'}`,
})

const good: [string, Parser, unknown, unknown][] = [
  ['duration', duration, '250ms', 250],
  ['duration', duration, '0s', 0],
  ['duration', duration, '1.5s', 1_500],
  ['duration', duration, '5m', 300_000],
  ['duration', duration, '2h', 7_200_000],
  ['duration', duration, '1d', 86_400_000],
  ['size', size, '1b', 1],
  ['size', size, '64kb', 65_536],
  ['size', size, '1.5mb', 1_572_864],
  ['size', size, '2gb', 2_147_483_648],
  ['rates', rates, '60/min', [{ count: 60, periodMs: 60_000 }]],
  ['rates', rates, '1/s', [{ count: 1, periodMs: 1_000 }]],
  ['rates', rates, '5/h', [{ count: 5, periodMs: 3_600_000 }]],
  ['rates', rates, '9/day', [{ count: 9, periodMs: 86_400_000 }]],
  [
    'rates',
    rates,
    '10000/day & 100/min',
    [
      { count: 100, periodMs: 60_000 },
      { count: 10_000, periodMs: 86_400_000 },
    ],
  ],
  ['rates', rates, ['5/h'], [{ count: 5, periodMs: 3_600_000 }]],
  ['header name', headerName, 'X-Request-Id', 'x-request-id'],
  ['header value', headerValue, 'a b\tc é', 'a b\tc é'],
  ['header value', headerValue, '', ''],
  ['URL', httpUrl, 'http://127.0.0.1:4001/base', 'http://127.0.0.1:4001/base'],
]
for (const [name, schema, text, value] of good) test(name, accepts, schema, text, value)

const bad: [string, Parser, unknown][] = [
  ...['10', 's', '-1s', '10 s', '1S', '1e3ms', '1w', '.5s', '1.s', '', 10, undefined].map(
    (value) => ['duration', duration, value] as [string, Parser, unknown],
  ),
  ...['10', '1KB', '1 kb', '-1b', '1tb', 5].map((value) => ['size', size, value] as [string, Parser, unknown]),
  ...['0/s', '1.5/s', '1/min ', '/s', '1/minute', '1', '99999999999999999999/s', '1/toString'].map(
    (value) => ['rates', rates, value] as [string, Parser, unknown],
  ),
  ...['1/s & 2/s', '1/s&2/min', '1/s & ', ' & ', [], ['1/s', '2/s'], ['1/s', 5], ['1/s & 2/min'], null, 7].map(
    (value) => ['rates', rates, value] as [string, Parser, unknown],
  ),
  ...['', 'x y', 'x:y', 'ü', 'a\n'].map((value) => ['header name', headerName, value] as [string, Parser, unknown]),
  ...['a\r\nb', 'a\u0000', 'a\u007f', '日本', ' a', 'a ', 1].map(
    (value) => ['header value', headerValue, value] as [string, Parser, unknown],
  ),
  ...['ftp://x', '127.0.0.1:80', '/path', 'http://u:p@x', 'http://x/#f', 'http://', 8080].map(
    (value) => ['URL', httpUrl, value] as [string, Parser, unknown],
  ),
]
for (const [name, schema, value] of bad) test(name, refuses, schema, value)

test('a unit that is a property of every object is no unit', (t) => {
  for (const unit of ['constructor', 'toString', '__proto__', 'valueOf']) t.false(duration.safeParse(`1${unit}`).success)
})

test('a whole number with a unit is that many units', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (count) => {
      t.is(duration.parse(`${count}s`), count * 1_000)
      t.is(size.parse(`${count}kb`), count * 1_024)
    }),
  )
})

test('a refused text says what was expected and what was given', (t) => {
  t.is(duration.safeParse('10').error?.issues[0]?.message, 'expected a duration such as "250ms", "10s" or "5m", got "10"')
})

test('a header value is what survives being sent: no control characters, nothing to trim', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const survives = Buffer.from(text, 'latin1').toString('latin1') === text && text.trim() === text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      t.is(isHeaderValue(text), survives && !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text))
    }),
  )
})

test('zod schemas and keys are told by what they can do', (t) => {
  t.true(zodSchema.safeParse(z.string()).success)
  t.false(zodSchema.safeParse({}).success)
  t.false(zodSchema.safeParse('string').success)
  t.true(keyValue.safeParse({ label: 'x', read: () => 'a' }).success)
  t.false(keyValue.safeParse(() => 'a').success)
  t.false(keyValue.safeParse({ read: 'a' }).success)
})

test('a schema known only by its shape parses', (t) => {
  t.deepEqual(parseWith(z.coerce.number(), '7').data, 7)
  t.false(parseWith(z.string(), 7).success)
})
