import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute, SecurityEffect } from '../../sdk/index.js'
import type { OpenApiContext } from './openapi-context.js'

/** Marks a header that is computed from each request, so that no client takes it for a constant. */
const perRequest = (scheme: OpenAPIV3_1.SecuritySchemeObject): OpenAPIV3_1.SecuritySchemeObject =>
  Object.assign(scheme, { 'x-per-request': true })

function schemeObject(effect: SecurityEffect): OpenAPIV3_1.SecuritySchemeObject {
  const { type, description } = effect
  if (type === 'apiKey') return { type, description, name: effect.header, in: 'header' }
  if (type === 'signature') return perRequest({ type: 'apiKey', description, name: effect.header, in: 'header' })
  // In OpenAPI since 3.1; the types have not caught up.
  if (type === 'mutualTLS') return { type, description } as unknown as OpenAPIV3_1.SecuritySchemeObject
  if (type === 'basic') return { type: 'http', description, scheme: 'basic' }
  return { type: 'http', description, scheme: 'bearer', ...(effect.format !== undefined && { bearerFormat: effect.format }) }
}

/** The Security Requirement Objects of a route, any one of which suffices; empty if it is open to everyone. */
export function securityRequirements(route: ResolvedRoute, { securitySchemes }: OpenApiContext): OpenAPIV3_1.SecurityRequirementObject[] {
  const names = route.effects.security.map((effect) => securitySchemes.nameFor(effect.scheme, schemeObject(effect)))
  return [...new Set(names)].map((name) => ({ [name]: [] }))
}
