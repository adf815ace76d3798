import type { Schema } from './types.js'

/** How a request body with a schema travels: JSON, a URL-encoded form, a multipart form, or the bytes of one file. */
export type BodyMedia = 'json' | 'form' | 'multipart' | 'file'

interface Definition {
  readonly type: string
  readonly shape?: Readonly<Record<string, Schema>>
  readonly innerType?: Schema
  readonly in?: Schema
  readonly element?: Schema
}

/** A schema's definition, without the wrappers that make it optional or transform what it yields. */
function definitionOf(schema: Schema): Definition {
  const { def } = (schema as unknown as { readonly _zod: { readonly def: Definition } })._zod
  const inner = def.innerType ?? def.in
  return inner ? definitionOf(inner) : def
}

const isFile = (schema: Schema): boolean => {
  const { type, element } = definitionOf(schema)
  return type === 'file' || (element !== undefined && isFile(element))
}

const fieldsOf = (schema: Schema) => Object.entries(definitionOf(schema).shape ?? {})

/** How a body travels unless its route says otherwise: by whether the schema is, or holds, a `z.file()`. */
export function bodyMediaOf(schema: Schema): 'json' | 'multipart' | 'file' {
  if (definitionOf(schema).type === 'file') return 'file'
  return fieldsOf(schema).some(([, field]) => isFile(field)) ? 'multipart' : 'json'
}

/** The fields of a form that are lists, so that one value of theirs is a list too. */
export function listFieldsOf(schema: Schema): ReadonlySet<string> {
  return new Set(fieldsOf(schema).flatMap(([name, field]) => (definitionOf(field).element ? [name] : [])))
}
