import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute, Schema } from '../../sdk/index.js'
import type { JsonSchema, SchemaIo } from '../schemas/schema-use.js'
import type { OpenApiContext } from './openapi-context.js'

const isBinary = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && (schema as JsonSchema)['format'] === 'binary'

function holdsFile(schema: JsonSchema): boolean {
  const properties = Object.values((schema['properties'] ?? {}) as Record<string, JsonSchema>)
  return properties.some((property) => isBinary(property) || isBinary(property['items']))
}

function fileTypes(schema: JsonSchema): readonly string[] {
  const alternatives = (schema['anyOf'] ?? []) as readonly JsonSchema[]
  const types = [schema, ...alternatives].map((part) => part['contentMediaType']).filter((type) => typeof type === 'string')
  return types.length > 0 ? types : ['application/octet-stream']
}

const NAMES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'application/xml',
  csv: 'text/csv',
  multipart: 'multipart/form-data',
} as const

/** The content of a request body with this schema, in each of the forms that it may come in. */
export function requestContent(
  schema: Schema,
  accepts: ResolvedRoute['accepts'],
  context: OpenApiContext,
): Record<string, OpenAPIV3_1.MediaTypeObject> {
  const media = { schema: context.schemas.schemaOf(schema, 'input') as OpenAPIV3_1.SchemaObject }
  return Object.assign({}, ...accepts.map((one) => (one === 'file' ? mediaTypes(schema, 'input', context) : { [NAMES[one]]: media })))
}

/** The content of a message with this schema: JSON; a file as its own bytes; an object with files as a form. */
export function mediaTypes(schema: Schema, io: SchemaIo, { schemas }: OpenApiContext): Record<string, OpenAPIV3_1.MediaTypeObject> {
  const printed = schemas.schemaOf(schema, io)
  const body = schemas.follow(printed)
  const media = { schema: printed as OpenAPIV3_1.SchemaObject }
  if (isBinary(body)) return Object.fromEntries(fileTypes(body).map((type) => [type, media]))
  return { [holdsFile(body) ? 'multipart/form-data' : 'application/json']: media }
}
