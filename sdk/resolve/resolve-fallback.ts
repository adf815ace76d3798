import type { FallbackSettings } from '../fallback.js'
import type { ResolvedFallback, ResolvedUpstream, StandInReply } from '../resolved.js'
import { parseWith } from '../schemas/values.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'
import { resolveHedge, resolveRetry } from './resolve-retry.js'
import type { UpstreamResolver } from './resolve-upstreams.js'
import type { RouteSettings } from './route-schema.js'

/** Resolves what a route falls back to; undefined where there is nothing, or something is wrong with it. */
export function resolveFallback(
  options: RouteSettings,
  own: ResolvedUpstream | undefined,
  place: Place,
  to: { readonly issues: IssueCollector; readonly upstreams: UpstreamResolver },
): ResolvedFallback | undefined {
  const { fallback } = options
  if (!fallback) return undefined
  const at = inside(place, 'fallback')
  const upstream = fallback.upstream === undefined ? undefined : to.upstreams.resolve(fallback.upstream, inside(at, 'upstream'))
  if (upstream && upstream === own)
    to.issues.add('GW1360', inside(at, 'upstream'), `"${upstream.name}" is the route’s own upstream`, {
      hint: 'name another, or leave it out',
    })
  const problems = new Set<string>()
  const statuses = new Set<number>()
  for (const one of fallback.when) typeof one === 'number' ? statuses.add(one) : problems.add(one)
  // Where the route says nothing, the other upstream's own settings hold for it.
  const retry = upstream && (options.retry ?? resolveRetry(options, upstream, at, to.issues))
  const hedge = upstream && resolveHedge(options, upstream)
  return {
    problems,
    statuses,
    upstream,
    retry,
    hedge,
    reply: fallback.reply && resolveReply(fallback.reply, options, inside(at, 'reply'), to.issues),
  }
}

function resolveReply(
  { status, body }: NonNullable<FallbackSettings['reply']>,
  { responses }: RouteSettings,
  place: Place,
  issues: IssueCollector,
): StandInReply | undefined {
  const wrong = (key: 'status' | 'body', message: string, hint: string) => {
    issues.add('GW1360', inside(place, key), message, { hint })
    return undefined
  }
  const declared = responses[status]
  if (declared === undefined || declared === 'problem' || declared === 'binary') {
    const fitting = Object.keys(responses).filter((one) => !['problem', 'binary'].includes(responses[Number(one)] as string))
    return wrong(
      'status',
      `\`responses\` does not declare ${status} with a body that could stand in`,
      `declared: ${fitting.join(', ') || 'none'}`,
    )
  }
  if (declared === 'empty')
    return body === undefined
      ? { status, contentType: undefined, body: undefined }
      : wrong('body', `${status} is declared as empty`, 'leave `body` out')
  if (declared === 'text')
    return typeof body === 'string'
      ? { status, contentType: 'text/plain; charset=utf-8', body }
      : wrong('body', `expected a text, as ${status} is declared`, 'give a text')
  const result = parseWith(declared, body)
  if (result.success) return { status, contentType: 'application/json', body: JSON.stringify(result.data) }
  const [first] = result.error.issues
  const path = first?.path.map(String).join('.')
  return wrong(
    'body',
    `does not match the schema of ${status}${path ? ` at \`${path}\`` : ''}: ${first?.message}`,
    'give what callers may expect',
  )
}
