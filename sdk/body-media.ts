import { definitionOf, type SchemaDefinition } from './schemas/definition.js'
import type { Schema } from './types.js'

/** How a request body with a schema travels: JSON, a URL-encoded form, XML, CSV, a multipart form, or the bytes of one file. */
export type BodyMedia = 'json' | 'form' | 'xml' | 'csv' | 'multipart' | 'file'

/** A schema's definition, without the wrappers that make it optional or transform what it yields. */
function plainDefinitionOf(schema: Schema): SchemaDefinition {
  const def = definitionOf(schema)
  const inner = def.innerType ?? def.in
  return inner ? plainDefinitionOf(inner) : def
}

const isFile = (schema: Schema): boolean => {
  const { type, element } = plainDefinitionOf(schema)
  return type === 'file' || (element !== undefined && isFile(element))
}

/** The members of an object, or of both sides of an intersection. */
function fieldsOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const { shape, left, right } = plainDefinitionOf(schema)
  if (left && right) return [...fieldsOf(left), ...fieldsOf(right)]
  return Object.entries(shape ?? {})
}

/** How a body travels unless its route says otherwise: by whether the schema is, or holds, a `z.file()`. */
export function bodyMediaOf(schema: Schema): 'json' | 'multipart' | 'file' {
  if (plainDefinitionOf(schema).type === 'file') return 'file'
  return fieldsOf(schema).some(([, field]) => isFile(field)) ? 'multipart' : 'json'
}

/** The fields of a form or a query that are lists, so that one value of theirs is a list too. */
export function listFieldsOf(schema: Schema): ReadonlySet<string> {
  return new Set(fieldsOf(schema).flatMap(([name, field]) => (plainDefinitionOf(field).element ? [name] : [])))
}

/** Kinds of schemas whose values can be anything as far as is known. */
const OPEN: ReadonlySet<string> = new Set(['any', 'unknown', 'union', 'intersection', 'lazy', 'custom', 'transform'])

/** Whether a schema is a list; undefined where that is not known. */
export function isListSchema(schema: Schema): boolean | undefined {
  const { type } = plainDefinitionOf(schema)
  return OPEN.has(type) ? undefined : type === 'array' || type === 'tuple'
}

/** The names of an object's members, or of those of a list of objects; undefined where they are not known. */
export function fieldNamesOf(schema: Schema): readonly string[] | undefined {
  const { shape, element } = plainDefinitionOf(schema)
  if (element) return fieldNamesOf(element)
  return shape && Object.keys(shape)
}
