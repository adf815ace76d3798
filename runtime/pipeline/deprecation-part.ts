import type { DeprecationSettings } from '../../sdk/deprecation.js'
import { type CompiledPolicy, Problem } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { Services } from '../services.js'
import { endOfPeriods } from './end-of-periods.js'
import { retryAfter } from './retry-after.js'

/** Consumers that the metric tells apart on one route; the rest are `other`. */
const MAX_CONSUMERS = 100

/** Who calls, as far as that is a name: a key's consumer, or the client that a token was issued to (RFC 9068 section 2.2). */
function consumerOf(auth: unknown): string {
  if (typeof auth !== 'object' || auth === null) return 'anonymous'
  const { consumer, claims = {} } = auth as { consumer?: unknown; claims?: { client_id?: unknown; azp?: unknown } }
  const name = consumer ?? claims.client_id ?? claims.azp
  return typeof name === 'string' ? name : 'unknown'
}

function compileUsage(route: string, count: Services['count']): (auth: unknown) => void {
  const known = new Map<string, Readonly<Record<string, string>>>()
  const other = { route, consumer: 'other' }
  return (auth) => {
    const consumer = consumerOf(auth)
    let labels = known.get(consumer)
    if (!labels && known.size < MAX_CONSUMERS) known.set(consumer, (labels = { route, consumer }))
    count('gatewright_deprecated_requests_total', labels ?? other)
  }
}

function compileGone({ brownOuts, sunset, afterSunset }: DeprecationSettings, clock: Services['clock']): CompiledPolicy['request'] {
  const over = afterSunset === 'gone' ? sunset : undefined
  if (brownOuts.length === 0 && over === undefined) return undefined
  return ({ preflight }) => {
    if (preflight) return
    const wall = clock.wall()
    if (over !== undefined && wall >= over) throw new Problem('GONE', { detail: 'The operation is over.' })
    const until = endOfPeriods(brownOuts, wall)
    if (until === undefined) return
    const headers = retryAfter(until - wall)
    throw new Problem('GONE', { detail: 'The operation is off for a while, to remind its callers that it is deprecated.', headers })
  }
}

/** The steps of a route whose end is planned: headers, usage by consumer, brown-outs and the end itself. */
export function deprecationPart(route: ResolvedRoute, { clock, count }: Pick<Services, 'clock' | 'count'>): CompiledPolicy | undefined {
  const settings = route.deprecation
  if (!settings) return undefined
  const { since, sunset, successor, docs } = settings
  const deprecation = `@${Math.floor(since / 1_000)}`
  const end = sunset === undefined ? undefined : new Date(sunset).toUTCString()
  const link = [
    ...(successor === undefined ? [] : [`<${successor}>; rel="successor-version"`]),
    ...(docs === undefined ? [] : [`<${docs}>; rel="deprecation"`]),
  ].join(', ')
  const request = compileGone(settings, clock)
  const used = compileUsage(route.id, count)
  return {
    ...(request && { request }),
    response(exchange) {
      exchange.setResponseHeader('deprecation', deprecation)
      if (end !== undefined) exchange.setResponseHeader('sunset', end)
      if (link !== '') exchange.addResponseHeader('link', link)
      if (!exchange.preflight) used(exchange.auth)
    },
  }
}
