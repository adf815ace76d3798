import type { ResolvedRoute } from '../../sdk/index.js'
import type { ResolvedCondition, ResolvedVersion } from '../../sdk/resolved.js'
import type { OpenApiContext } from './openapi-context.js'
import { summaryOf } from './words.js'

function conditionText({ source, name, equals, pattern, prefix, present, orWithout }: ResolvedCondition): string {
  if (present !== undefined) return `${source} \`${name}\` is ${present ? 'there' : 'not there'}`
  if (prefix !== undefined) return `${source} \`${name}\` begins with \`${prefix}\``
  const wanted = equals === undefined ? `matches \`${pattern?.source}\`` : `is \`${equals}\``
  return `${source} \`${name}\` ${wanted}${orWithout ? ' or names no version' : ''}`
}

function conditionsOf(route: ResolvedRoute): string[] {
  const { match, segments } = route
  return [
    ...(match?.host === undefined ? [] : [`the host is \`${match.host}\``]),
    ...(match?.conditions ?? []).map(conditionText),
    ...segments.flatMap((segment) => {
      if (segment.kind === 'wildcard') return [`\`${segment.name}\` spans several segments`]
      return segment.kind === 'param' && segment.pattern !== undefined ? [`\`${segment.name}\` matches \`${segment.pattern}\``] : []
    }),
  ]
}

function versionText({ version, known, usual, accept, condition }: ResolvedVersion): string {
  const place = accept === undefined ? `${condition.source} \`${condition.name}\`` : `\`Accept\`, as \`${accept}\``
  const absent = usual === undefined ? 'A request that names none is refused.' : `A request that names none gets \`${usual}\`.`
  return `Version \`${version}\` of ${known.map((one) => `\`${one}\``).join(', ')}, by ${place}. ${absent}`
}

function notesOf(route: ResolvedRoute, others: readonly ResolvedRoute[]): string[] {
  const wildcard = route.segments.find((segment) => segment.kind === 'wildcard')
  return [
    ...(wildcard ? [`\`${wildcard.name}\` is the whole rest of the path and may contain \`/\`.`] : []),
    ...(route.match?.host === undefined ? [] : [`Served where the host is \`${route.match.host}\`.`]),
    ...(route.version ? [versionText(route.version)] : []),
    ...(route.websocket ? ['Speaks WebSocket too: a handshake (RFC 6455) to this path opens a connection. Generated clients do not.'] : []),
    ...others.map((other) => {
      const conditions = conditionsOf(other)
      return `\`${other.id}\` answers instead${conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''}.`
    }),
  ]
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`)

/** Summary and description of an operation: the route's own, else its comment's, else the words of its key path. */
export function operationText(route: ResolvedRoute, others: readonly ResolvedRoute[], { docs }: OpenApiContext) {
  const found = docs.get(route.id)
  const summary = route.summary ?? found?.summary ?? summaryOf(route.keys)
  const description = route.description ?? found?.description ?? sentence(summary)
  return { summary, description: [description, ...notesOf(route, others)].join('\n\n') }
}
