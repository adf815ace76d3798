import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute } from '../../sdk/index.js'
import { mapSchema } from '../schemas/map-schema.js'
import type { JsonSchema } from '../schemas/schema-use.js'
import type { OpenApiContext } from './openapi-context.js'
import { PROBLEM, problemSchema } from './problem-schema.js'

const PREFIX = '#/components/schemas/'

// In paths every string under `$ref` is a reference, except in examples and constants, where one too many does no harm.
function referencesIn(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) {
    if (key === '$ref' && typeof part === 'string' && part.startsWith(PREFIX)) found.add(part.slice(PREFIX.length))
    else referencesIn(part, found)
  }
}

function reachable(paths: OpenAPIV3_1.PathsObject, schemas: Readonly<Record<string, JsonSchema>>): ReadonlySet<string> {
  const found = new Set<string>()
  referencesIn(paths, found)
  // A set also visits what is added while it is walked.
  for (const name of found)
    mapSchema(schemas[name] ?? {}, (ref) => {
      found.add(ref.slice(PREFIX.length))
      return ref
    })
  return found
}

/** The Components Object: every schema that the paths lead to, the problem document, headers and security schemes, sorted by name. */
export function componentsObject(
  routes: readonly ResolvedRoute[],
  paths: OpenAPIV3_1.PathsObject,
  context: OpenApiContext,
): OpenAPIV3_1.ComponentsObject {
  const used = reachable(paths, context.schemas.components)
  const all: Record<string, JsonSchema> = {
    ...context.schemas.components,
    [PROBLEM]: problemSchema(routes, context.settings) as JsonSchema,
  }
  const names = Object.keys(all).filter((name) => used.has(name))
  const schemas = Object.fromEntries(names.sort().map((name) => [name, all[name]])) as Record<string, OpenAPIV3_1.SchemaObject>
  const headers = context.headers.all
  const securitySchemes = context.securitySchemes.all
  return {
    ...(names.length > 0 && { schemas }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(securitySchemes).length > 0 && { securitySchemes }),
  }
}
