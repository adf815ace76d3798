import type { OpenAPIV3_1 } from 'openapi-types'
import { type Effects, PROBLEMS, type ResolvedRoute } from '../../sdk/index.js'
import type { OpenApiContext } from './openapi-context.js'

/** Statuses that a header has a meaning on (RFC 9110 sections 10.2.3 and 11.6.1), where its policy answers others too. */
const MEANT_FOR: ReadonlyMap<string, ReadonlySet<number>> = new Map([
  ['www-authenticate', new Set([401])],
  ['retry-after', new Set([409, 429, 503])],
])

function schemaOf(name: string): NonNullable<OpenAPIV3_1.HeaderObject['schema']> {
  return name === 'retry-after' ? { type: 'integer', minimum: 0 } : { type: 'string' }
}

function statusesOf({ problems = [] }: Effects, name: string): number[] {
  const statuses = problems.map((code) => PROBLEMS[code].status)
  const meant = statuses.filter((status) => MEANT_FOR.get(name)?.has(status) ?? true)
  // A policy that answers none of those means its own: a missing scope is 403 with a challenge (RFC 6750 section 3.1).
  return meant.length > 0 ? meant : statuses
}

/** Header Objects by name, as references to the document's components. */
export type HeaderReferences = Record<string, OpenAPIV3_1.ReferenceObject>

/** Finds the Header Objects of a route's responses by status: those for any response, and those for the problems of the policy, the auth or the gateway itself that adds them. */
export function headerObjects(route: ResolvedRoute, context: OpenApiContext) {
  const parts = [
    ...route.policies.map(({ policy }) => policy.effects(route.method)),
    ...(route.auth ? [route.auth.effects(route.method)] : []),
    route.ownEffects(),
  ]
  const effects = parts.flatMap((part) =>
    (part.headers ?? []).map(({ name, on }) => {
      const lower = name.toLowerCase()
      return { lower, statuses: on === 'any' ? undefined : statusesOf(part, lower) }
    }),
  )
  const references = new Map(
    route.effects().headers.map(({ name, description }) => {
      const lower = name.toLowerCase()
      const header = context.headers.nameFor(name, { description, schema: schemaOf(lower) })
      return [lower, { name, reference: { $ref: `#/components/headers/${header}` } }]
    }),
  )
  return (status: number | 'default'): HeaderReferences => {
    const present = effects.filter(({ statuses }) => statuses === undefined || (status !== 'default' && statuses.includes(status)))
    const found = [...new Set(present.map(({ lower }) => lower))].flatMap((lower) => references.get(lower) ?? [])
    return Object.fromEntries(found.map(({ name, reference }) => [name, reference]))
  }
}
