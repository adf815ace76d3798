import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute, SecurityEffect } from '../../sdk/index.js'
import type { OpenApiContext } from './openapi-context.js'

function schemeObject(effect: SecurityEffect): OpenAPIV3_1.SecuritySchemeObject {
  if (effect.type === 'apiKey') return { type: 'apiKey', description: effect.description, name: effect.header, in: 'header' }
  return {
    type: 'http',
    description: effect.description,
    scheme: 'bearer',
    ...(effect.format !== undefined && { bearerFormat: effect.format }),
  }
}

/** The Security Requirement Objects of a route, any one of which suffices; empty if it is open to everyone. */
export function securityRequirements(route: ResolvedRoute, { securitySchemes }: OpenApiContext): OpenAPIV3_1.SecurityRequirementObject[] {
  const names = route.effects.security.map((effect) => securitySchemes.nameFor(effect.scheme, schemeObject(effect)))
  return [...new Set(names)].map((name) => ({ [name]: [] }))
}
