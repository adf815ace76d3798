import { deprecationEffects } from '../deprecation.js'
import type { Effects, HeaderEffect, ReplyEffect, RequestHeaderEffect, ScopeEffect, SecurityEffect } from '../effects.js'
import type { ProblemCode } from '../problems.js'
import type { ResolvedFallback, ResolvedRoute, ResolvedUpstream, ResolvedVersion } from '../resolved.js'
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

/** All of them say when to try again. */
const UPSTREAM_REFUSALS: ReadonlySet<ProblemCode> = new Set(['NO_HEALTHY_TARGET', 'CIRCUIT_OPEN', 'UPSTREAM_BUSY'])

const REQUEST_ID = 'Names this request in the gateway’s logs.'
const NO_STORE = '`no-store` on a response that stands in for the upstream’s.'
const AFFINITY = 'Keeps later requests with what serves this one.'
const RETRY_AFTER = 'Seconds after which to try again.'

/** What callers can observe of a route: in whole, and apart from its policies and auth. */
export function resolveRouteEffects(
  options: RouteSettings,
  { auth, policies, fallback }: Pick<ResolvedRoute, 'auth' | 'policies' | 'fallback'>,
  upstreams: readonly ResolvedUpstream[],
  requestIdHeader: string,
  version: ResolvedVersion | undefined,
): { readonly effects: Required<Effects>; readonly ownEffects: Effects } {
  const { deprecated } = options
  const ofDeprecation = typeof deprecated === 'object' ? [deprecationEffects(deprecated)] : []
  const ofUpstreams = upstreams.map((upstream) => effectsOfGateway(options, upstream, { fallback, version }, requestIdHeader))
  const ownEffects = mergeEffects([...ofUpstreams, ...ofDeprecation])
  const effects = mergeEffects([
    ownEffects,
    ...policies.map(({ policy }) => policy.effects(options.method)),
    ...(auth ? [auth.effects(options.method)] : []),
  ])
  return { effects, ownEffects }
}

/** Of two parts with one header the later describes it: a policy knows better what it means than the gateway does. */
function mergeEffects(parts: readonly Effects[]): Required<Effects> {
  const problems = new Set<ProblemCode>()
  const headers = new Map<string, HeaderEffect>()
  const replies: ReplyEffect[] = []
  const requestHeaders: RequestHeaderEffect[] = []
  const security: SecurityEffect[] = []
  const scopes: ScopeEffect[] = []
  for (const part of parts) {
    for (const problem of part.problems ?? []) problems.add(problem)
    for (const header of part.headers ?? []) headers.set(header.name.toLowerCase(), header)
    replies.push(...(part.replies ?? []))
    requestHeaders.push(...(part.requestHeaders ?? []))
    security.push(...(part.security ?? []))
    scopes.push(...(part.scopes ?? []))
  }
  const anonymous = parts.some((part) => part.anonymous)
  return { problems: [...problems], headers: [...headers.values()], replies, requestHeaders, security, anonymous, scopes }
}

function effectsOfGateway(
  options: RouteSettings,
  upstream: ResolvedUpstream,
  { fallback, version }: { readonly fallback: ResolvedFallback | undefined; readonly version: ResolvedVersion | undefined },
  requestIdHeader: string,
): Effects {
  const requestId = { name: requestIdHeader, description: REQUEST_ID, on: 'any' as const }
  const retryAfter = { name: 'Retry-After', description: RETRY_AFTER, on: 'problems' as const }
  const refusals = [upstream, fallback?.upstream].flatMap((one) => (one ? upstreamRefusals(one.settings) : []))
  const problems = [
    ...ownProblems(options),
    ...(version ? (['UNKNOWN_VERSION'] as const) : []),
    ...refusals,
    ...webSocketProblems(options.websocket),
  ]
  const retries = options.websocket !== undefined || problems.some((code) => UPSTREAM_REFUSALS.has(code))
  const standIn = { name: 'Cache-Control', description: NO_STORE, on: 'any' as const }
  const bond = { name: 'Set-Cookie', description: AFFINITY, on: 'any' as const }
  const headers = [requestId, ...(retries ? [retryAfter] : []), ...(fallback?.reply ? [standIn] : [])]
  return { problems, headers: upstream.settings.sticky ? [...headers, bond] : headers }
}

/** True where an upstream may have no target for a request. */
function mayHaveNoTarget({ health, sticky, subset }: ResolvedUpstream['settings']): boolean {
  return health !== undefined || sticky?.onGone === 'refuse' || subset?.fallback === 'none'
}

function ownProblems(options: RouteSettings): ProblemCode[] {
  const problems = [...FORWARD_PROBLEMS]
  const readsBody = options.body !== undefined || options.mapRequest !== undefined
  const { params, query, headers, cookies, strictQuery } = options
  if (params || query || headers || cookies || strictQuery || readsBody) problems.push('INVALID_REQUEST')
  if (readsBody || CARRYING.includes(options.method)) problems.push('PAYLOAD_TOO_LARGE')
  if (readsBody) problems.push('UNSUPPORTED_MEDIA_TYPE')
  return problems
}

/** What the gateway answers in place of an upstream that it does not call. */
function upstreamRefusals(settings: ResolvedUpstream['settings']): ProblemCode[] {
  const { breaker, bulkhead, adaptive } = settings
  const refusals: ProblemCode[] = []
  if (mayHaveNoTarget(settings)) refusals.push('NO_HEALTHY_TARGET')
  if (breaker?.mode === 'enforce') refusals.push('CIRCUIT_OPEN')
  if (bulkhead || adaptive?.mode === 'enforce') refusals.push('UPSTREAM_BUSY')
  return refusals
}
