import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute } from '../../sdk/index.js'
import type { JsonSchema } from '../schemas/schema-use.js'
import type { OpenApiContext } from './openapi-context.js'
import { parameterOf } from './parameter-of.js'

type Segment = ResolvedRoute['segments'][number]

// The pattern in the path holds beside the schema; it is printed where the schema has none of its own.
function withPattern(properties: Readonly<Record<string, JsonSchema>>, segment: Segment & { readonly name: string }): JsonSchema {
  const given = (Object.hasOwn(properties, segment.name) && properties[segment.name]) || { type: 'string' }
  if (segment.kind !== 'param' || segment.pattern === undefined) return given
  if (given['type'] !== 'string' || given['pattern'] !== undefined || given['format'] !== undefined) return given
  return { ...given, pattern: `^(?:${segment.pattern})$` }
}

/** The path's Parameter Objects. `names` are those that the document's path uses, in the order of the segments. */
export function pathParameters(route: ResolvedRoute, names: readonly string[], { schemas }: OpenApiContext): OpenAPIV3_1.ParameterObject[] {
  const body = route.params && schemas.follow(schemas.schemaOf(route.params, 'input'))
  const properties = (body?.['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>
  return route.segments
    .filter((segment) => segment.kind !== 'literal')
    .map((segment, index) => ({
      ...parameterOf(names[index] ?? segment.name, 'path', true, withPattern(properties, segment)),
      // OpenAPI cannot say that a parameter spans segments; the client needs to know not to encode its slashes.
      ...(segment.kind === 'wildcard' && { 'x-wildcard': true }),
    }))
}
