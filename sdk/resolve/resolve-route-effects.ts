import { deprecationEffects } from '../deprecation.js'
import type { Effects, HeaderEffect, RequestHeaderEffect, ScopeEffect, SecurityEffect } from '../effects.js'
import type { ProblemCode } from '../problems.js'
import type { PolicyUse, ResolvedAuth, ResolvedRoute, ResolvedUpstream, ResolvedVersion } from '../resolved.js'
import { webSocketProblems } from './resolve-websocket.js'
import type { RouteSettings } from './route-schema.js'

/** Methods whose requests have a body that the route may pass on unseen. */
const CARRYING: readonly string[] = ['POST', 'PUT', 'PATCH', 'QUERY', '*']

/** What the forwarder itself may answer on any route. */
const FORWARD_PROBLEMS: readonly ProblemCode[] = [
  'UPSTREAM_UNREACHABLE',
  'UPSTREAM_RESET',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_TIMED_OUT',
  'INTERNAL',
  'BAD_REQUEST',
]

const REQUEST_ID = 'Names this request in the gateway’s logs.'
const RETRY_AFTER = 'Seconds after which to try again.'

/** What callers can observe of a route: in whole, and apart from its policies and auth. */
export function resolveRouteEffects(
  options: RouteSettings,
  auth: ResolvedAuth | undefined,
  policies: readonly PolicyUse[],
  upstream: ResolvedUpstream,
  requestIdHeader: string,
  version: ResolvedVersion | undefined,
): Pick<ResolvedRoute, 'effects' | 'ownEffects'> {
  const { deprecated } = options
  const ofDeprecation = typeof deprecated === 'object' ? [deprecationEffects(deprecated)] : []
  const ownEffects = mergeEffects([effectsOfGateway(options, upstream, requestIdHeader, version), ...ofDeprecation])
  const effects = mergeEffects([ownEffects, ...policies.map(({ policy }) => policy.effects), ...(auth ? [auth.effects] : [])])
  return { effects, ownEffects }
}

/** Of two parts with one header the later describes it: a policy knows better what it means than the gateway does. */
function mergeEffects(parts: readonly Effects[]): Required<Effects> {
  const problems = new Set<ProblemCode>()
  const headers = new Map<string, HeaderEffect>()
  const requestHeaders: RequestHeaderEffect[] = []
  const security: SecurityEffect[] = []
  const scopes: ScopeEffect[] = []
  for (const part of parts) {
    for (const problem of part.problems ?? []) problems.add(problem)
    for (const header of part.headers ?? []) headers.set(header.name.toLowerCase(), header)
    requestHeaders.push(...(part.requestHeaders ?? []))
    security.push(...(part.security ?? []))
    scopes.push(...(part.scopes ?? []))
  }
  const anonymous = parts.some((part) => part.anonymous)
  return { problems: [...problems], headers: [...headers.values()], requestHeaders, security, anonymous, scopes }
}

function effectsOfGateway(
  options: RouteSettings,
  { settings }: ResolvedUpstream,
  requestIdHeader: string,
  version: ResolvedVersion | undefined,
): Effects {
  const requestId = { name: requestIdHeader, description: REQUEST_ID, on: 'any' as const }
  const retryAfter = { name: 'Retry-After', description: RETRY_AFTER, on: 'problems' as const }
  const problems = [...ownProblems(options, settings, version), ...webSocketProblems(options.websocket)]
  const retries = settings.health !== undefined || options.websocket !== undefined
  return { problems, headers: retries ? [requestId, retryAfter] : [requestId] }
}

function ownProblems(options: RouteSettings, upstream: ResolvedUpstream['settings'], version: ResolvedVersion | undefined): ProblemCode[] {
  const problems = [...FORWARD_PROBLEMS]
  const readsBody = options.body !== undefined || options.mapRequest !== undefined
  const { params, query, headers, cookies, strictQuery } = options
  if (params || query || headers || cookies || strictQuery || readsBody) problems.push('INVALID_REQUEST')
  if (readsBody || CARRYING.includes(options.method)) problems.push('PAYLOAD_TOO_LARGE')
  if (readsBody) problems.push('UNSUPPORTED_MEDIA_TYPE')
  if (version) problems.push('UNKNOWN_VERSION')
  if (upstream.health) problems.push('NO_HEALTHY_TARGET')
  return problems
}
