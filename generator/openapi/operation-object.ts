import type { OpenAPIV3_1 } from 'openapi-types'
import { upstreamNames } from '../../sdk/compose/upstream-names.js'
import type { ResolvedRoute } from '../../sdk/index.js'
import { deprecationExtensions } from './deprecation-extensions.js'
import type { OpenApiContext } from './openapi-context.js'
import { operationText } from './operation-text.js'
import { parameterObjects } from './parameter-objects.js'
import { requestBodyObject } from './request-body-object.js'
import { responsesObject } from './responses-object.js'
import { securityRequirements } from './security-requirements.js'

/** What the internal document adds to an operation. */
export interface GatewayExtension {
  readonly upstream: string
  /** Auth first, then the policies in the order in which they are written; `name` is the key in `use`. */
  readonly policies: readonly { readonly kind: string; readonly name: string }[]
  /** Longest wait for the upstream: the total where the route has one, else until its headers. */
  readonly timeoutMs: number
}

/** An Operation Object with this gateway's extension. */
export type Operation = OpenAPIV3_1.OperationObject<{ 'x-gateway'?: GatewayExtension }>

function extension(route: ResolvedRoute): GatewayExtension {
  const policies = route.policies.map(({ key, policy }) => ({ kind: policy.name, name: key }))
  return {
    upstream: upstreamNames(route),
    policies: [...(route.auth ? [{ kind: route.auth.name, name: 'auth' }] : []), ...policies],
    timeoutMs: route.timeouts.total ?? route.timeouts.headers,
  }
}

/**
 * The Operation Object of a route (OpenAPI 3.1 section 4.8.10).
 * `names` are the path's parameters as the document calls them; `others` are routes that OpenAPI cannot tell from this one.
 */
export function operationObject(
  route: ResolvedRoute,
  names: readonly string[],
  others: readonly ResolvedRoute[],
  context: OpenApiContext,
): Operation {
  const parameters = parameterObjects(route, names, context)
  const requestBody = requestBodyObject(route, context)
  return {
    tags: [...new Set(route.tags)],
    ...operationText(route, others, context),
    operationId: route.id,
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: responsesObject(route, context),
    ...(route.deprecated && { deprecated: true }),
    ...deprecationExtensions(route),
    security: securityRequirements(route, context),
    ...(context.variant === 'internal' && { 'x-gateway': extension(route) }),
  }
}
