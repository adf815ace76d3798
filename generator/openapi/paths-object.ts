import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute } from '../../sdk/index.js'
import type { OpenApiContext } from './openapi-context.js'
import { operationObject } from './operation-object.js'
import { pathForm, pathTemplate } from './path-template.js'

/** The order of operations in a Path Item Object (OpenAPI 3.1 section 4.8.9). */
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'] as const

/** How narrow a route is among those with the same path and method: the widest one stands in the document. */
function narrowness({ match, segments }: ResolvedRoute): number {
  // The version of requests that name none is the wider one.
  const conditions =
    (match?.conditions ?? []).reduce((sum, { orWithout }) => sum + (orWithout ? 0.5 : 1), 0) + (match?.host === undefined ? 0 : 1)
  const patterns = segments.filter((segment) => segment.kind === 'param' && segment.pattern !== undefined).length
  const wildcard = segments.some((segment) => segment.kind === 'wildcard')
  return (wildcard ? 1_000_000 : 0) + conditions * 1_000 + patterns
}

function groupBy<K, V>(values: readonly V[], keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}

/**
 * The Paths Object, in the order of the routes. Paths that differ only in the names of parameters are one path for OpenAPI,
 * so they share an item under the first one's names; routes told apart only by `match` share an operation, the widest one's,
 * whose description names the others.
 */
export function pathsObject(routes: readonly ResolvedRoute[], context: OpenApiContext): OpenAPIV3_1.PathsObject {
  const items = [...groupBy(routes, (route) => pathForm(route.segments)).values()].map((group) => {
    const [first] = group as readonly [ResolvedRoute]
    const byMethod = groupBy(group, (route) => route.method)
    const operations = METHODS.flatMap((method) => {
      const [widest, ...others] = [...(byMethod.get(method) ?? [])].sort((a, b) => narrowness(a) - narrowness(b))
      return widest ? [[method.toLowerCase(), operationObject(widest, first.paramNames, others, context)]] : []
    })
    return [pathTemplate(first.segments), Object.fromEntries(operations)]
  })
  return Object.fromEntries(items)
}
