import { z } from 'zod'
import { compositionSchema } from '../compose/call-schema.js'
import type { Composition } from '../compose/compose.js'
import { partErrors } from '../compose/part-errors.js'
import type { ResolvedComposition, ResolvedPart } from '../compose/resolved-composition.js'
import type { Route } from '../route.js'
import { readStamp } from '../stamp.js'
import type { Schema } from '../types.js'
import { checkAffinityUse } from './check-balance.js'
import { inside, type Place, stamped } from './place.js'
import { PartResolver } from './resolve-parts.js'
import type { RouteResolution } from './resolve-route.js'
import type { RouteSettings } from './route-schema.js'

/** Options that shape a forwarded request or its response, and mean nothing where there is none. */
const FORWARDING = [
  'upstream',
  'upstreamPath',
  'stripPrefix',
  'rewriteLocation',
  'rewriteCookies',
  'host',
  'upstreamBody',
  'upstreamResponses',
  'mapRequest',
  'mapResponse',
  'mapStatus',
  'convert',
  'websocket',
] as const

const isComposition = (value: unknown): value is Composition<never, unknown> =>
  typeof value === 'object' && value !== null && '~composition' in value

const asZod = (schema: Schema) => schema as unknown as z.ZodType

/** The schema of a part's value; undefined where only its code knows it. */
function schemaOf(part: ResolvedPart): z.ZodType | undefined {
  if (part.kind === 'call') return part.optional ? asZod(part.response).nullable() : asZod(part.response)
  if (part.kind !== 'each') return undefined
  const list = z.array(part.call.optional ? asZod(part.call.response).nullable() : asZod(part.call.response))
  return part.optional ? list.nullable() : list
}

const mayFail = (part: ResolvedPart) =>
  (part.kind === 'call' && part.optional) || (part.kind === 'each' && (part.optional || part.call.optional))

/** The response as its parts declare it; undefined if one of them does not. */
function inferResponse({ parts, outputs }: Pick<ResolvedComposition, 'parts' | 'outputs'>): Schema | undefined {
  const fields = outputs.map(([name, index]) => [name, schemaOf(parts[index] as ResolvedPart)] as const)
  if (fields.some(([, schema]) => schema === undefined)) return undefined
  const [first, ...rest] = outputs.filter(([, index]) => mayFail(parts[index] as ResolvedPart)).map(([name]) => name)
  const errors = first === undefined ? {} : { errors: partErrors(first, ...rest).optional() }
  return z.object({ ...Object.fromEntries(fields as [string, z.ZodType][]), ...errors }) as Schema
}

/**
 * Resolves the `compose` of a route: its parts in the order in which they can run, and the response that they make.
 * @param own the route's options as parsed; undefined where they could not be
 */
export function resolveComposition(
  route: Route<string, unknown, number>,
  own: RouteSettings | undefined,
  outer: Place,
  to: RouteResolution,
): ResolvedComposition | undefined {
  const value = route.options['compose']
  if (value === undefined) return undefined
  const { issues } = to
  const at = inside(outer, 'compose')
  for (const key of FORWARDING)
    if (route.options[key] !== undefined) issues.add('GW1380', inside(outer, key), `a composed route cannot have \`${key}\``)
  if (own?.fallback?.upstream !== undefined)
    issues.add('GW1380', inside(outer, 'fallback', 'upstream'), 'a composed route cannot fall back to another upstream', {
      hint: 'give its calls a `fallback`, or make them `optional`',
    })
  if (!isComposition(value)) {
    issues.add('GW1380', at, 'expected a composition', { hint: 'pass a value made by compose({ … })' })
    return undefined
  }
  const place = stamped(at, readStamp(value) ?? at.stamp)
  const options = issues.parse(compositionSchema, value.options, place)
  const resolver = new PartResolver(route, own ?? {}, place, to)
  const outputs = Object.entries(value.parts).map(([name, part]) => [name, resolver.resolve(part, inside(place, name))] as const)
  const { parts, upstreams } = resolver
  if ('errors' in value.parts)
    issues.add('GW1380', inside(place, 'errors'), 'no part can be called `errors`', { hint: 'the list of errors has this name' })
  if (upstreams.length === 0) issues.add('GW1380', place, 'a composition has at least one call')
  checkAffinityUse(own?.affinity, upstreams, outer, issues)
  if (!options || upstreams.length === 0 || outputs.some(([, index]) => index < 0)) return undefined
  const { map, partialStatus } = options
  const responses = responsesOf(route, map ? undefined : inferResponse({ parts, outputs }), partialStatus, outer, to)
  return { parts, outputs, map, partialStatus, upstreams, responses }
}

/** What the parts declare of each status; where they declare nothing, the route has to. */
function responsesOf(
  { options }: Route<string, unknown, number>,
  inferred: Schema | undefined,
  partialStatus: number,
  place: Place,
  { issues }: RouteResolution,
): ResolvedComposition['responses'] {
  const declared = options['responses'] as Readonly<Record<number, unknown>> | undefined
  const statuses = [...new Set([200, partialStatus])]
  if (inferred) return Object.fromEntries(statuses.map((status) => [status, inferred]))
  for (const status of statuses.filter((one) => typeof declared?.[one] !== 'object'))
    issues.add('GW1382', inside(place, 'responses'), `\`responses\` does not declare what ${status} looks like`, {
      hint: `add ${status}: z.object({ … })`,
    })
  return {}
}
