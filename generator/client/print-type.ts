import { type Member, objectMembers } from './object-members.js'
import { printDoc, quote, quoteMember } from './quote.js'
import { type JsonSchema, type SchemaObject, typesOf } from './schema.js'

/** Turns a `$ref` into the name of the type it means. */
export type Refer = (ref: string) => string

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
}

const OPEN = '{ [key: string]: unknown }'

/** Prints the type of one JSON value. */
export function printLiteral(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'boolean' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(printLiteral).join(', ')}]`
  if (typeof value !== 'object') return 'unknown'
  const members = Object.entries(value).map(([key, item]) => `${quoteMember(key)}: ${printLiteral(item)}`)
  return members.length === 0 ? '{ [key: string]: never }' : `{ ${members.join('; ')} }`
}

/** Joins alternatives, each once. */
export function printUnion(types: readonly string[]): string {
  const distinct = [...new Set(types)].filter((type) => type !== 'never')
  if (distinct.includes('unknown')) return 'unknown'
  return distinct.join(' | ') || 'never'
}

function printIntersection(types: readonly string[]): string {
  const distinct = [...new Set(types)].filter((type) => type !== 'unknown')
  const closed = distinct.length > 1 ? distinct.filter((type) => type !== OPEN) : distinct
  if (closed.length <= 1) return closed[0] ?? 'unknown'
  return closed.map(group).join(' & ')
}

/** Parentheses around what an operator before or after would split. */
function group(type: string): string {
  let depth = 0
  for (const char of type.replace(/'(?:[^'\\]|\\.)*'|\/\*[\s\S]*?\*\//g, '')) {
    if ('{[('.includes(char)) depth += 1
    else if ('}])'.includes(char)) depth -= 1
    else if (depth === 0 && '|&'.includes(char)) return `(${type})`
  }
  return type
}

function printArray(schema: SchemaObject, refer: Refer, indent: string): string {
  const print = (item: JsonSchema | undefined) => printType(item ?? true, refer, indent)
  if (schema.prefixItems === undefined) return `${group(print(schema.items))}[]`
  const needed = schema.minItems ?? schema.prefixItems.length
  const items = schema.prefixItems.map((item, index) => (index < needed ? print(item) : `${group(print(item))}?`))
  const rest = schema.items === undefined || schema.items === false ? [] : [`...${group(print(schema.items))}[]`]
  return `[${[...items, ...rest].join(', ')}]`
}

/** Prints members one a line, in braces. */
export function printMembers(members: readonly Member[], indent: string): string {
  const inner = `${indent}  `
  const lines = members.map((member) => `${inner}${printDoc(member.doc, inner)}${member.key}: ${member.type};\n`)
  return `{\n${lines.join('')}${indent}}`
}

function printObject(schema: SchemaObject, refer: Refer, indent: string): string {
  const inner = `${indent}  `
  const { members, index } = objectMembers(schema, (item) => printType(item, refer, inner))
  if (members.length === 0) return `{ [key: string]: ${index ?? 'never'} }`
  const all = index === undefined ? members : [...members, { key: '[key: string]', type: index, doc: '' }]
  return printMembers(all, indent)
}

function printOwn(schema: SchemaObject, refer: Refer, indent: string): string {
  if (schema.const !== undefined) return printLiteral(schema.const)
  if (schema.enum !== undefined) return printUnion(schema.enum.map(printLiteral))
  const types = typesOf(schema).map((type) => {
    if (type === 'object') return printObject(schema, refer, indent)
    if (type === 'array') return printArray(schema, refer, indent)
    return Object.hasOwn(PRIMITIVES, type) ? (PRIMITIVES[type] as string) : 'unknown'
  })
  return types.length === 0 ? 'unknown' : printUnion(types)
}

/** Prints the TypeScript type of the values that a schema admits; `indent` is that of the line it starts on. */
export function printType(schema: JsonSchema, refer: Refer, indent: string): string {
  if (schema === true) return 'unknown'
  if (schema === false || schema.not === true) return 'never'
  if (typeof schema.not === 'object' && Object.keys(schema.not).length === 0) return 'never'
  const print = (item: JsonSchema) => printType(item, refer, indent)
  const parts = [printOwn(schema, refer, indent)]
  if (schema.$ref !== undefined) parts.unshift(refer(schema.$ref))
  if (schema.oneOf) parts.push(printUnion(schema.oneOf.map(print)))
  if (schema.anyOf) parts.push(printUnion(schema.anyOf.map(print)))
  if (schema.allOf) parts.push(...schema.allOf.map(print))
  return printIntersection(parts)
}
