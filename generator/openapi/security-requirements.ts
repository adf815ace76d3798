import type { OpenAPIV3_1 } from 'openapi-types'
import type { ResolvedRoute, ScopeEffect, SecurityEffect } from '../../sdk/index.js'
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

/** Every choice of scopes that satisfies all of a route's policies on the scheme; one empty choice where there are none. */
function scopeChoices(scopes: readonly ScopeEffect[], scheme: string): readonly (readonly string[])[] {
  return scopes
    .filter((effect) => effect.scheme === scheme)
    .reduce<readonly (readonly string[])[]>(
      (choices, { anyOf }) => choices.flatMap((chosen) => anyOf.map((more) => [...new Set([...chosen, ...more])].sort())),
      [[]],
    )
}

/**
 * The Security Requirement Objects of a route, any one of which suffices; empty if it is open to everyone. A last, empty one stands for
 * callers without a credential (OpenAPI 3.1 section 4.8.30).
 */
export function securityRequirements(route: ResolvedRoute, { securitySchemes }: OpenApiContext): OpenAPIV3_1.SecurityRequirementObject[] {
  const { security, scopes, anonymous } = route.effects()
  const requirements = security.flatMap((effect) =>
    [effect, ...(effect.with ?? [])].reduce<readonly OpenAPIV3_1.SecurityRequirementObject[]>(
      (all, part) => {
        const name = securitySchemes.nameFor(part.scheme, schemeObject(part))
        return all.flatMap((one) => scopeChoices(scopes, part.scheme).map((choice) => ({ ...one, [name]: [...choice] })))
      },
      [{}],
    ),
  )
  const distinct = new Map(requirements.map((requirement) => [JSON.stringify(requirement), requirement]))
  return [...distinct.values(), ...(anonymous ? [{}] : [])]
}
