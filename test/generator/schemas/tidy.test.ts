import test from 'ava'
import type { Schema } from 'gatewright'
import { z } from 'zod'
import type { JsonSchema } from '../../../generator/schemas/schema-use.js'
import { printed } from '../../helpers/schema-use.js'

const object = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }

const alike: readonly (readonly [title: string, schema: Schema, expected: JsonSchema])[] = [
  ['an object stays open', z.object({ a: z.string() }), object],
  ['a strict object is closed', z.strictObject({ a: z.string() }), { ...object, additionalProperties: false }],
  ['a loose object says so', z.looseObject({ a: z.string() }), { ...object, additionalProperties: {} }],
  ['an object stays open through its wrappers', z.object({ a: z.string() }).readonly().describe('x'), { description: 'x', ...object }],
  [
    'two objects put together stay open',
    z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })),
    { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a', 'b'] },
  ],
  ['an integer has no safe-integer bounds', z.int(), { type: 'integer' }],
  ['an integer keeps the bounds that the user gave', z.int().positive().max(9), { type: 'integer', exclusiveMinimum: 0, maximum: 9 }],
  ['a 32-bit integer keeps its range', z.int32(), { type: 'integer', minimum: -2147483648, maximum: 2147483647 }],
  ['a UUID is a format without a pattern', z.uuid(), { type: 'string', format: 'uuid' }],
  ['a UUID of one version is the same format', z.uuid({ version: 'v7' }), { type: 'string', format: 'uuid' }],
  ['an email address is a format without a pattern', z.email(), { type: 'string', format: 'email' }],
  [
    'a pattern of the user’s own for addresses stays',
    z.email({ pattern: /@acme\.test$/ }),
    { type: 'string', format: 'email', pattern: '@acme\\.test$' },
  ],
  ['a date is a format without a pattern', z.iso.date(), { type: 'string', format: 'date' }],
  ['a time stamp is a format without a pattern', z.iso.datetime(), { type: 'string', format: 'date-time' }],
  ['a time stamp with offset and precision too', z.iso.datetime({ offset: true, precision: 3 }), { type: 'string', format: 'date-time' }],
  ['an IPv4 address is a format without a pattern', z.ipv4(), { type: 'string', format: 'ipv4' }],
  ['an IPv6 address is a format without a pattern', z.ipv6(), { type: 'string', format: 'ipv6' }],
  ['a host name is a format without a pattern', z.hostname(), { type: 'string', format: 'hostname' }],
  ['a duration is a format without a pattern', z.iso.duration(), { type: 'string', format: 'duration' }],
  ['a check beside a format does not hide it', z.email().startsWith('a'), { type: 'string', format: 'email', pattern: '^a.*' }],
  [
    'two checks beside a format stay',
    z.uuid().startsWith('a').regex(/0$/),
    { type: 'string', format: 'uuid', allOf: [{ pattern: '^a.*' }, { pattern: '0$' }] },
  ],
  ['a check alone is no format', z.string().startsWith('a'), { type: 'string', pattern: '^a.*' }],
  ['a pattern without a format stays', z.string().regex(/^[a-z]+$/), { type: 'string', pattern: '^[a-z]+$' }],
  ['a format unknown to JSON Schema keeps its pattern', z.e164(), { type: 'string', format: 'e164', pattern: '^\\+[1-9]\\d{6,14}$' }],
  ['readonly is not printed, since OpenAPI means another thing by it', z.object({ a: z.string().readonly() }).readonly(), object],
  ['readOnly in metadata is printed', z.string().readonly().meta({ readOnly: true }), { readOnly: true, type: 'string' }],
  ['a date travels as a time stamp', z.date(), { type: 'string', format: 'date-time' }],
  ['a coerced date too', z.coerce.date(), { type: 'string', format: 'date-time' }],
  ['a big integer travels as an int64', z.bigint(), { type: 'integer', format: 'int64' }],
  ['a nullable string is one type list', z.string().nullable(), { type: ['string', 'null'] }],
  [
    'a record has no rule for its string keys',
    z.record(z.string(), z.int()),
    { type: 'object', additionalProperties: { type: 'integer' } },
  ],
  [
    'a record with named keys has one',
    z.partialRecord(z.enum(['a', 'b']), z.int()),
    { type: 'object', propertyNames: { type: 'string', enum: ['a', 'b'] }, additionalProperties: { type: 'integer' } },
  ],
  ['a file has no content encoding', z.file().mime('image/png'), { type: 'string', format: 'binary', contentMediaType: 'image/png' }],
  [
    'metadata that is no keyword stays out',
    z.string().meta({ secret: true, owner: 'team', 'x-unit': 'm' }),
    { type: 'string', 'x-unit': 'm' },
  ],
  [
    'a custom check is printed by its metadata',
    z.custom<string>(() => true).meta({ type: 'string', format: 'iban' }),
    { type: 'string', format: 'iban' },
  ],
  [
    'a member called $ref is a member',
    z.object({ $ref: z.string() }),
    { type: 'object', properties: { $ref: { type: 'string' } }, required: ['$ref'] },
  ],
  [
    'a default read from the clock is not printed',
    z.date().prefault(() => new Date(1_000 * Math.floor(Date.now() / 1_000))),
    { type: 'string', format: 'date-time' },
  ],
]

for (const [title, schema, expected] of alike)
  test(`in both directions, ${title}`, (t) => {
    t.is(JSON.stringify(printed(schema, 'input').schema), JSON.stringify(expected))
    t.is(JSON.stringify(printed(schema, 'output').schema), JSON.stringify(expected))
  })

const different: readonly (readonly [title: string, schema: Schema, input: JsonSchema, output: JsonSchema])[] = [
  [
    'a default makes a member optional to send and sure to come',
    z.object({ a: z.string().default('x') }),
    { type: 'object', properties: { a: { type: 'string', default: 'x' } } },
    { type: 'object', properties: { a: { type: 'string', default: 'x' } }, required: ['a'] },
  ],
  [
    'a codec is what is sent, and what comes of it',
    z.codec(z.string(), z.int(), { decode: Number, encode: String }),
    { type: 'string' },
    { type: 'integer' },
  ],
  ['a piped transform is its two ends', z.string().transform(Number).pipe(z.int()), { type: 'string' }, { type: 'integer' }],
]

for (const [title, schema, input, output] of different)
  test(title, (t) => {
    t.is(JSON.stringify(printed(schema, 'input').schema), JSON.stringify(input))
    t.is(JSON.stringify(printed(schema, 'output').schema), JSON.stringify(output))
  })

test('a random default is not printed, so that the document is the same every time', (t) => {
  t.deepEqual(
    printed(
      z.string().default(() => crypto.randomUUID()),
      'input',
    ).schema,
    { type: 'string' },
  )
})

test('a time stamp without an offset is no date-time, and keeps its pattern', (t) => {
  t.deepEqual(Object.keys(printed(z.iso.datetime({ local: true }), 'output').schema), ['type', 'pattern'])
  t.deepEqual(Object.keys(printed(z.iso.datetime({ local: true }).startsWith('2'), 'output').schema), ['type', 'allOf'])
})

test('a fixed date is printed as a default', (t) => {
  t.deepEqual(printed(z.coerce.date().prefault(new Date(0)), 'input').schema, {
    type: 'string',
    format: 'date-time',
    default: '1970-01-01T00:00:00.000Z',
  })
})

test('keywords come in one order whatever the order of the calls', (t) => {
  const keys = (schema: Schema) => Object.keys(printed(schema, 'output').schema)
  t.deepEqual(keys(z.string().min(1).max(3).describe('d')), ['description', 'type', 'minLength', 'maxLength'])
  t.deepEqual(keys(z.string().meta({ title: 't', description: 'd' }).max(3).min(1)), [
    'title',
    'description',
    'type',
    'minLength',
    'maxLength',
  ])
})
