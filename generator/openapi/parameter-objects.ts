import type { OpenAPIV3_1 } from 'openapi-types'
import type { RequestHeaderEffect, ResolvedRoute } from '../../sdk/index.js'
import type { ResolvedCondition } from '../../sdk/resolved.js'
import type { JsonSchema } from '../schemas/schema-use.js'
import type { OpenApiContext } from './openapi-context.js'
import { parameterOf } from './parameter-of.js'
import { pathParameters } from './path-parameters.js'
import { fieldParameters, queryParameters } from './query-parameters.js'

/** Header fields that OpenAPI describes elsewhere and ignores as parameters (OpenAPI 3.1 section 4.8.12.1). */
const DESCRIBED_ELSEWHERE = new Set(['accept', 'authorization', 'content-type'])

function conditionSchema({ equals, pattern, prefix }: ResolvedCondition): JsonSchema {
  if (equals !== undefined) return { type: 'string', const: equals }
  if (prefix !== undefined) return { type: 'string', pattern: `^${prefix.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}` }
  return { type: 'string', ...(pattern && { pattern: pattern.source }) }
}

/** What `match` asks of headers, query and cookies, as required parameters with the one value that selects the route. */
function conditionParameters(route: ResolvedRoute, taken: ReadonlySet<string>): OpenAPIV3_1.ParameterObject[] {
  const conditions = route.match?.conditions ?? []
  return conditions
    .filter(({ present }) => present !== false)
    .filter(({ source, name }) => !taken.has(`${source} ${name}`) && (source !== 'header' || !DESCRIBED_ELSEWHERE.has(name.toLowerCase())))
    .map((condition) => parameterOf(condition.name, condition.source, !condition.orWithout, conditionSchema(condition)))
}

/** Request headers that policies read, by lower-case name; of two policies with one header, it is required if either requires it. */
function policyHeaders({ effects }: ResolvedRoute): ReadonlyMap<string, RequestHeaderEffect> {
  const byName = new Map<string, RequestHeaderEffect>()
  for (const header of effects().requestHeaders) {
    const name = header.name.toLowerCase()
    if (DESCRIBED_ELSEWHERE.has(name)) continue
    const known = byName.get(name)
    byName.set(name, known ? { ...known, required: known.required || header.required } : header)
  }
  return byName
}

function policyParameter({ name, description, required, maxLength }: RequestHeaderEffect): OpenAPIV3_1.ParameterObject {
  const schema = { type: 'string', minLength: 1, ...(maxLength !== undefined && { maxLength }) }
  return { ...parameterOf(name, 'header', required, schema), description }
}

const headerNameOf = (parameter: OpenAPIV3_1.ParameterObject) => (parameter.in === 'header' ? parameter.name.toLowerCase() : '')

/** The Parameter Objects of a route: path, query, headers, cookies, what `match` asks for, and the headers that policies read. */
export function parameterObjects(route: ResolvedRoute, names: readonly string[], context: OpenApiContext): OpenAPIV3_1.ParameterObject[] {
  const query = queryParameters(route, context)
  const fields = fieldParameters(route, context).filter(
    (field) => field.in === 'cookie' || !DESCRIBED_ELSEWHERE.has(field.name.toLowerCase()),
  )
  const conditions = conditionParameters(route, new Set([...query, ...fields].map((one) => `${one.in} ${one.name}`)))
  const read = policyHeaders(route)
  const own = [...fields, ...conditions]
  const taken = new Set(own.map(headerNameOf))
  const added = [...read].filter(([name]) => !taken.has(name)).map(([, header]) => policyParameter(header))
  // OpenAPI cannot say that the gateway takes two requests with one value for the same; the client needs to know, to make one.
  const marked = [...own, ...added].map((one) => (read.get(headerNameOf(one))?.once ? { ...one, 'x-once': true } : one))
  return [...pathParameters(route, names, context), ...query, ...marked]
}
