import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute } from '../../sdk/index.js'
import { mediaTypes } from './media-types.js'
import type { OpenApiContext } from './openapi-context.js'

const CARRYING = new Set(['POST', 'PUT', 'PATCH'])

/** The Request Body Object of a route: its schema, or anything where the gateway passes the body on unseen. */
export function requestBodyObject(route: ResolvedRoute, context: OpenApiContext): OpenAPIV3_1.RequestBodyObject | undefined {
  const { body } = route
  if (body) return { content: mediaTypes(body, 'input', context), ...(!context.schemas.isOptional(body, 'input') && { required: true }) }
  if (!CARRYING.has(route.method)) return undefined
  return { content: { [route.mapRequest ? 'application/json' : '*/*']: { schema: {} } } }
}
