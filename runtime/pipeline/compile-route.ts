import { upstreamNames } from '../../sdk/compose/upstream-names.js'
import { type CompiledPolicy, Problem, type RequestStep, type ResponseStep, type Schema } from '../../sdk/index.js'
import { PHASES, type Phase } from '../../sdk/policy.js'
import { isSecretAt, keysAt } from '../../sdk/resolve/keys-at.js'
import type { PolicyUse, ResolvedRoute, ResolvedUpstream } from '../../sdk/resolved.js'
import { composeStep } from '../compose/compile-composition.js'
import { requestTarget } from '../convert/convert-request.js'
import { responseMediaType } from '../convert/read-response.js'
import { ENCODED_SLASH_REASON, hasEncodedSlash } from '../edge/canonical-target.js'
import { compilePublicCookie } from '../forward/public-cookie.js'
import { compilePublicLocation } from '../forward/public-location.js'
import { compileAuthenticate } from '../policies/authenticate.js'
import { compilePolicy } from '../policies/index.js'
import { compileRollout } from '../rollout/compile-rollout.js'
import type { Services } from '../services.js'
import type { UpstreamPool } from '../upstreams/target.js'
import { compileWebSocket, originStep } from '../websocket/compile-websocket.js'
import { compileWay } from './compile-way.js'
import type { CompiledRoute } from './compiled-route.js'
import { deprecationPart } from './deprecation-part.js'
import type { GatewayExchange } from './exchange.js'
import { compileFallback, fallbackStep } from './fallback-step.js'
import { mapRequestStep, responseMappings } from './map-steps.js'
import { violationCounter, warnStep } from './response-check.js'
import { stickyPart } from './sticky-part.js'
import { compileUpstreamTarget } from './upstream-target.js'
import { validationSteps } from './validation-steps.js'

type Pools = ReadonlyMap<string, UpstreamPool>

/** One compiled part of a route's pipeline. */
interface Part {
  readonly phase: Phase
  readonly name: string
  readonly compiled: CompiledPolicy
}

const request = (phase: Phase, name: string, step: RequestStep): Part => ({ phase, name, compiled: { request: step } })

function policyParts(uses: readonly PolicyUse[], services: Services): Part[] {
  return uses.map(({ key, policy }) => ({
    phase: policy.phase,
    name: policy.name,
    compiled: compilePolicy(policy, { key, identity: policy.identity, services }),
  }))
}

function routeParts(route: ResolvedRoute, mappings: CompiledRoute['mapResponse'], services: Services, pools: Pools): Part[] {
  const { auth, websocket } = route
  const target = requestTarget(route, services.converters)
  const map = mapRequestStep(route, target)
  const warn = warnStep(route, services)
  const deprecation = deprecationPart(route, services)
  const fallback = fallbackStep(route, services)
  const compose = composeStep(route, pools, services)
  const sticky = upstreamsOf(route).flatMap(({ name }) => stickyPart(pools.get(name) as UpstreamPool) ?? [])
  return [
    // The last resort: of those who could replace a failure, the first to ask is the last to be asked.
    ...(fallback ? [request('admit', 'fallback', fallback)] : []),
    ...policyParts(route.policies, services),
    ...(deprecation ? [{ phase: 'admit' as const, name: 'deprecation', compiled: deprecation }] : []),
    ...(websocket?.origins ? [request('admit', 'websocket', originStep(websocket.origins))] : []),
    ...(auth
      ? [
          {
            phase: 'authenticate' as const,
            name: auth.name,
            compiled: compileAuthenticate(auth, { key: 'auth', identity: auth.identity, services }),
          },
        ]
      : []),
    ...validationSteps(route, services.converters, target).map((step) => request('validate', 'schema', step)),
    ...(map ? [request('transform', 'mapRequest', map)] : []),
    ...(mappings ? [request('transform', 'mapResponse', askForPlainBody(route))] : []),
    ...(warn ? [request('transform', 'validateResponse', warn)] : []),
    ...(compose ? [request('forward', 'compose', compose)] : []),
    ...sticky.map((compiled) => ({ phase: 'transform' as const, name: 'sticky', compiled })),
  ]
}

/** Every upstream that a route may ask. */
function upstreamsOf({ compose, rollout, upstream, fallback }: ResolvedRoute): readonly ResolvedUpstream[] {
  return compose?.upstreams ?? [...(rollout?.sides ?? [upstream]), ...(fallback?.upstream ? [fallback.upstream] : [])]
}

/** A response that is to be transformed must come without a content coding, and in the format that is converted. */
function askForPlainBody(route: ResolvedRoute): RequestStep {
  const type = responseMediaType(route)
  return (exchange) => {
    exchange.setRequestHeader('accept-encoding', 'identity')
    if (type !== undefined) exchange.setRequestHeader('accept', type)
  }
}

/** Orders parts by phase; inside one, as written. */
function inOrder(parts: readonly Part[]): Part[] {
  return PHASES.flatMap((phase) => parts.filter((part) => part.phase === phase))
}

function stepsOf(parts: readonly Part[]): RequestStep[] {
  return parts.flatMap(({ compiled }) => compiled.request ?? [])
}

function responseRunner(parts: readonly Part[]): CompiledRoute['runResponseSteps'] {
  const steps: readonly ResponseStep[] = parts.flatMap(({ compiled }) => compiled.response ?? []).reverse()
  return (exchange, status) => {
    for (const step of steps) step(exchange, status)
  }
}

/** What the route's schemas mark secret in requests, so that no log shows it. */
function secretFields({ query, headers }: ResolvedRoute): CompiledRoute['secrets'] {
  const secretIn = (schema: Schema | undefined) => new Set(schema ? keysAt(schema, []).filter((name) => isSecretAt(schema, [name])) : [])
  const found = { query: secretIn(query), headers: secretIn(headers) }
  return found.query.size + found.headers.size > 0 ? found : undefined
}

function statusMap({ mapStatus }: ResolvedRoute): ReadonlyMap<number, number> | undefined {
  const entries = Object.entries(mapStatus).map(([from, to]) => [Number(from), to] as const)
  return entries.length === 0 ? undefined : new Map(entries)
}

/** Builds a route's flat arrays of steps, once, at load. */
export function compileRoute(route: ResolvedRoute, pools: ReadonlyMap<string, UpstreamPool>, services: Services): CompiledRoute {
  const pool = pools.get(route.upstream.name) as UpstreamPool
  const way = compileWay(route, pools, services)
  const mapResponse = route.compose ? undefined : responseMappings(route, violationCounter(route, services), services.converters)
  const parts = inOrder(routeParts(route, mapResponse, services, pools))
  const compiled: CompiledRoute = {
    id: route.id,
    source: route,
    steps: stepsOf(parts),
    admitSteps: stepsOf(parts.filter(({ phase }) => phase === 'admit')),
    answersPreflight: parts.some(({ name }) => name === 'cors'),
    stepNames: [...parts.map(({ phase, name }) => `${phase} ${name}`), `forward ${upstreamNames(route)}`],
    runResponseSteps: responseRunner(parts),
    pool: route.compose ? undefined : pool,
    rollout: undefined,
    fallback: compileFallback(route, pools, services),
    lane: route.lifecycle,
    upstreamTarget: compileUpstreamTarget(route),
    publicLocation: compilePublicLocation(route, pool),
    publicCookie: compilePublicCookie(route, pool),
    chooseBy: way.chooseBy,
    preserveHost: route.host === 'preserve',
    bodyLimit: route.bodyLimit,
    responseLimit: route.responseLimit,
    retry: way.retry,
    hedge: way.hedge,
    deadlineHeader: way.deadlineHeader,
    timeouts: route.timeouts,
    websocket: compileWebSocket(route, services),
    mapStatus: statusMap(route),
    mapResponse,
    secrets: secretFields(route),
  }
  return route.rollout ? Object.assign(compiled, { rollout: compileRollout(route, compiled, pools, services) }) : compiled
}

const refuseUnmatched: RequestStep = (ctx) => {
  const { allowedMethods, path } = ctx as GatewayExchange
  if (allowedMethods.length === 0 && hasEncodedSlash(path)) throw new Problem('BAD_REQUEST', { detail: ENCODED_SLASH_REASON })
  if (allowedMethods.length === 0) throw new Problem('NOT_FOUND')
  if (ctx.method === 'OPTIONS') return { status: 204, headers: ['Allow', allowedMethods.join(', ')] }
  throw new Problem('METHOD_NOT_ALLOWED', { headers: ['Allow', allowedMethods.join(', ')] })
}

/**
 * The stand-in for requests that match no route: the gateway's own policies run, so that floods are limited there too.
 * @param refuse the last step; by default 404, or 405 where another method has a route
 */
export function compileUnmatched(policies: readonly PolicyUse[], services: Services, refuse = refuseUnmatched): CompiledRoute {
  const parts = inOrder(policyParts(policies, services))
  const steps = stepsOf(parts)
  return {
    id: '',
    source: undefined,
    steps: [...steps, refuse],
    admitSteps: stepsOf(parts.filter(({ phase }) => phase === 'admit')),
    answersPreflight: parts.some(({ name }) => name === 'cors'),
    stepNames: parts.map(({ phase, name }) => `${phase} ${name}`),
    runResponseSteps: responseRunner(parts),
    pool: undefined,
    rollout: undefined,
    fallback: undefined,
    lane: 'direct',
    upstreamTarget: () => '/',
    publicLocation: undefined,
    publicCookie: undefined,
    chooseBy: undefined,
    preserveHost: false,
    bodyLimit: 0,
    responseLimit: 0,
    retry: undefined,
    hedge: undefined,
    deadlineHeader: undefined,
    timeouts: { headers: 0, idle: 0, total: undefined },
    websocket: undefined,
    mapStatus: undefined,
    mapResponse: undefined,
    secrets: undefined,
  }
}
