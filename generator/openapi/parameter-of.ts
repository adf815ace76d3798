import type { OpenAPIV3_1 } from 'openapi-types'
import type { JsonSchema } from '../schemas/schema-use.js'

const isList = ({ type }: JsonSchema) => type === 'array' || (Array.isArray(type) && type.includes('array'))

/** A Parameter Object; description and deprecation move up from the schema, and lists are repeated keys. */
export function parameterOf(
  name: string,
  place: 'path' | 'query' | 'header' | 'cookie',
  required: boolean,
  schema: JsonSchema,
): OpenAPIV3_1.ParameterObject {
  const { description, deprecated, ...rest } = schema
  return {
    name,
    in: place,
    ...(typeof description === 'string' && { description }),
    ...(required && { required }),
    ...(deprecated === true && { deprecated }),
    ...(place === 'query' && isList(rest) && { style: 'form', explode: true }),
    schema: rest as NonNullable<OpenAPIV3_1.ParameterObject['schema']>,
  }
}
