import type { Schema } from 'gatewright'
import { renderSchemas } from '../../generator/schemas/render-schemas.js'
import type { JsonSchema, SchemaIo, SchemaUse } from '../../generator/schemas/schema-use.js'

/** A schema published at `routes.<id>.<place>`. */
export function useOf(schema: Schema, io: SchemaIo, id = 'one', place: string = io === 'input' ? 'body' : 'responses'): SchemaUse {
  return { schema, io, path: ['routes', id, place], origin: { stamp: new Error(id), path: [place] } }
}

/** How one schema is printed, and the components that it needs. */
export function printed(
  schema: Schema,
  io: SchemaIo,
): { readonly schema: JsonSchema; readonly components: Readonly<Record<string, JsonSchema>> } {
  const rendered = renderSchemas([useOf(schema, io)])
  return { schema: rendered.schemaOf(schema, io), components: rendered.components }
}
