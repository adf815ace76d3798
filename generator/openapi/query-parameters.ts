import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute } from '../../sdk/index.js'
import type { RenderedSchemas } from '../schemas/render-schemas.js'
import type { JsonSchema } from '../schemas/schema-use.js'
import type { OpenApiContext } from './openapi-context.js'
import { parameterOf } from './parameter-of.js'

interface Members {
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly required: readonly string[]
  /** What is not a member by name: keys of a record, alternatives of a union. */
  readonly rest: readonly JsonSchema[]
}

const isConstraining = (schema: unknown): schema is JsonSchema =>
  typeof schema === 'object' && schema !== null && Object.keys(schema).length > 0

function membersOf(printed: JsonSchema, schemas: RenderedSchemas): Members {
  const schema = schemas.follow(printed)
  const { properties, additionalProperties } = schema as { properties?: Members['properties']; additionalProperties?: unknown }
  const parts = ((schema['allOf'] ?? []) as readonly JsonSchema[]).map((part) => membersOf(part, schemas))
  const union = schema['anyOf'] ?? schema['oneOf']
  return {
    properties: Object.assign({}, ...parts.map((part) => part.properties), properties),
    required: [...parts.flatMap((part) => part.required), ...((schema['required'] ?? []) as readonly string[])],
    rest: [
      ...parts.flatMap((part) => part.rest),
      ...(union ? [schema] : []),
      ...(isConstraining(additionalProperties) ? [{ type: 'object', additionalProperties }] : []),
    ],
  }
}

/** The query's Parameter Objects: one for each key, and a free-form one for keys that the schema does not name. */
export function queryParameters(route: ResolvedRoute, { schemas }: OpenApiContext): OpenAPIV3_1.ParameterObject[] {
  if (!route.query) return []
  const { properties, required, rest } = membersOf(schemas.schemaOf(route.query, 'input'), schemas)
  const named = Object.entries(properties).map(([name, schema]) => parameterOf(name, 'query', required.includes(name), schema))
  const free = rest.map((schema, index) => {
    const name = index === 0 ? 'query' : `query${index + 1}`
    return { ...parameterOf(name in properties ? `${name}_` : name, 'query', false, schema), style: 'form', explode: true }
  })
  return [...named, ...free]
}

/** The Parameter Objects of the headers and cookies that a route's schemas name. */
export function fieldParameters(route: ResolvedRoute, { schemas }: OpenApiContext): OpenAPIV3_1.ParameterObject[] {
  return (['headers', 'cookies'] as const).flatMap((part) => {
    const schema = route[part]
    if (!schema) return []
    const { properties, required } = membersOf(schemas.schemaOf(schema, 'input'), schemas)
    const place = part === 'headers' ? 'header' : 'cookie'
    return Object.entries(properties).map(([name, printed]) => parameterOf(name, place, required.includes(name), printed))
  })
}
