import { definitionOf, type SchemaDefinition } from './schemas/definition.js'
import type { Schema } from './types.js'

/** How a request body with a schema travels: JSON, a URL-encoded form, a multipart form, or the bytes of one file. */
export type BodyMedia = 'json' | 'form' | 'multipart' | 'file'

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

const fieldsOf = (schema: Schema) => Object.entries(plainDefinitionOf(schema).shape ?? {})

/** How a body travels unless its route says otherwise: by whether the schema is, or holds, a `z.file()`. */
export function bodyMediaOf(schema: Schema): 'json' | 'multipart' | 'file' {
  if (plainDefinitionOf(schema).type === 'file') return 'file'
  return fieldsOf(schema).some(([, field]) => isFile(field)) ? 'multipart' : 'json'
}

/** The fields of a form that are lists, so that one value of theirs is a list too. */
export function listFieldsOf(schema: Schema): ReadonlySet<string> {
  return new Set(fieldsOf(schema).flatMap(([name, field]) => (plainDefinitionOf(field).element ? [name] : [])))
}
