import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute } from '../../sdk/index.js'
import { requestContent } from './media-types.js'
import type { OpenApiContext } from './openapi-context.js'

const CARRYING = new Set(['POST', 'PUT', 'PATCH'])

/** The Request Body Object of a route: its schema, any JSON where it is mapped, or anything where it is passed on unseen. */
export function requestBodyObject(route: ResolvedRoute, context: OpenApiContext): OpenAPIV3_1.RequestBodyObject | undefined {
  const { body } = route
  if (body)
    return { content: requestContent(body, route.accepts, context), ...(!context.schemas.isOptional(body, 'input') && { required: true }) }
  if (route.mapRequest) return { content: { 'application/json': { schema: {} } }, required: true }
  return CARRYING.has(route.method) ? { content: { '*/*': { schema: {} } } } : undefined
}
