import { escapeDoc, quoteMember } from './quote.js'
import type { JsonSchema, SchemaObject } from './schema.js'

/** One member of a type, as text: its name with a `?` where it is optional. */
export interface Member {
  readonly key: string
  readonly type: string
  readonly doc: string
}

export interface ObjectMembers {
  readonly members: readonly Member[]
  /** The type of every other property, if there can be any. */
  readonly index: string | undefined
}

/** The text of a schema's documentation comment. */
export function docOf(schema: JsonSchema): string {
  if (typeof schema === 'boolean') return ''
  const text = [schema.description ?? schema.title ?? '']
  if (schema.default !== undefined) text.push(`Default: \`${JSON.stringify(schema.default)}\`.`)
  const doc = escapeDoc(text.filter(Boolean).join('\n'))
  return schema.deprecated ? `${doc}\n@deprecated`.trim() : doc
}

/** The names that `propertyNames` lists one by one, as in a record over an enum. */
function listedNames(schema: SchemaObject): readonly string[] {
  const names = schema.propertyNames
  if (typeof names !== 'object') return []
  const listed = names.const === undefined ? (names.enum ?? []) : [names.const]
  return listed.filter((name) => typeof name === 'string')
}

function indexTypes(schema: SchemaObject, print: (schema: JsonSchema) => string): readonly string[] {
  const { additionalProperties: additional, patternProperties: patterns = {} } = schema
  const types = Object.values(patterns).map(print)
  if (typeof additional === 'object' || additional === true) types.push(print(additional))
  return types
}

const joined = (types: readonly string[]) => (types.includes('unknown') ? 'unknown' : [...new Set(types)].join(' | '))

/** Takes an object schema apart into the members of a type. */
export function objectMembers(schema: SchemaObject, print: (schema: JsonSchema) => string): ObjectMembers {
  const required = new Set(schema.required)
  const properties = new Map(Object.entries(schema.properties ?? {}))
  const listed = listedNames(schema)
  for (const name of [...listed, ...required]) if (!properties.has(name)) properties.set(name, schema.additionalProperties || true)

  const members = [...properties].map(([name, property]): Member => {
    return { key: quoteMember(name) + (required.has(name) ? '' : '?'), type: print(property), doc: docOf(property) }
  })
  const index = listed.length > 0 ? [] : indexTypes(schema, print)
  if (members.length === 0) {
    const open = index.length === 0 && schema.additionalProperties !== false
    return { members, index: open ? 'unknown' : joined(index) || undefined }
  }
  if (index.length === 0) return { members, index: undefined }
  // An index signature has to admit the members beside it.
  const optional = required.size < properties.size ? ['undefined'] : []
  return { members, index: joined([...index, ...members.map((member) => member.type), ...optional]) }
}
