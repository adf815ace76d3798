import type { Schema } from '../../sdk/types.js'
import { expectationOf, partsOf, type SchemaCheck, unwrap } from './schema-parts.js'

const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
const count = (value: number) => value.toLocaleString('en-US')

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function bounds(checks: readonly SchemaCheck[]): string {
  const least = checks.find(({ check }) => check === 'greater_than')?.value
  const most = checks.find(({ check }) => check === 'less_than')?.value
  if (least !== undefined && most !== undefined) return `, ${count(least)} to ${count(most)}`
  return least === undefined ? '' : ` of at least ${count(least)}`
}

/** The formats of zod's numbers are those of whole ones. */
function describeNumber(schema: Schema): string {
  const { checks = [], format } = partsOf(schema)
  const all = checks.map((check) => check._zod.def)
  const isWhole = format !== undefined || all.some(({ check }) => check === 'number_format')
  return `${isWhole ? 'whole number' : 'number'}${bounds(all)}`
}

const listed = (schema: Schema) => `list, each ${describeType(schema)}`

const DESCRIBERS: Readonly<Record<string, (schema: Schema) => string>> = {
  boolean: () => '`true` or `false`',
  literal: (schema) => oneOf((partsOf(schema).values ?? []).map(code)),
  enum: (schema) => oneOf(Object.values(partsOf(schema).entries ?? {}).map(code)),
  string: (schema) => expectationOf(schema, '\u0000') ?? 'text',
  number: describeNumber,
  array: (schema) => listed(partsOf(schema).element as Schema),
  record: (schema) => `object, each value ${describeType(partsOf(schema).valueType as Schema)}`,
  object: () => 'object',
  union: (schema) => expectationOf(schema, Symbol('none')) ?? oneOf((partsOf(schema).options ?? []).map(describeType)),
  pipe: (schema) => expectationOf(schema, '\u0000') ?? 'text',
  custom: (schema) => expectationOf(schema, Symbol('none')) ?? 'value',
  unknown: () => 'value',
}

/** What may be written for an option, in words: `whole number, 1 to 100`, or `` `open` or `closed` ``. */
export function describeType(schema: Schema): string {
  const inner = unwrap(schema)
  return (DESCRIBERS[partsOf(inner).type] ?? (() => 'value'))(inner)
}
