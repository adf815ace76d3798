import type { ResolvedComposition } from '../compose/resolved-composition.js'
import type { JsonLimits } from '../json-limits.js'
import type { PolicyUse, ResolvedAuth, ResolvedMatch, ResolvedRoute, ResolvedSide } from '../resolved.js'
import type { GroupOptions, Route } from '../route.js'
import { STAMP } from '../stamp.js'
import { checkCaches } from './check-caches.js'
import { checkMirrors } from './check-mirrors.js'
import type { RouteAddress } from './find-route-conflicts.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place, stamped } from './place.js'
import { type ResolvedBodies, resolveBodies } from './resolve-bodies.js'
import { resolveComposition } from './resolve-composition.js'
import { resolveMatch } from './resolve-match.js'
import { type ResolvedPath, resolvePath } from './resolve-path.js'
import type { PolicyResolver } from './resolve-policies.js'
import type { RolloutResolver } from './resolve-rollouts.js'
import { resolveRouteEffects } from './resolve-route-effects.js'
import { resolveDestination, resolveWays } from './resolve-sides.js'
import type { UpstreamResolver } from './resolve-upstreams.js'
import { resolveVersion } from './resolve-version.js'
import { resolveWebSocket } from './resolve-websocket.js'
import { type RouteSettings, routeSchema } from './route-schema.js'

/** What resolving one route needs of the rest. */
export interface RouteResolution {
  readonly issues: IssueCollector
  readonly policies: PolicyResolver
  readonly upstreams: UpstreamResolver
  readonly rollouts: RolloutResolver
  readonly shared: readonly PolicyUse[]
  readonly lifecycle: 'direct' | 'hapi'
  readonly requestIdHeader: string
  readonly json: JsonLimits
}

/** A route as far as it could be resolved: its address for finding conflicts, and the whole of it if nothing is wrong. */
export interface RouteResult {
  readonly address: RouteAddress | undefined
  readonly route: ResolvedRoute | undefined
}

/** Resolves one route; every issue of it is added, also where others were found before. */
export function resolveRoute(
  route: Route<string, unknown, number>,
  keys: readonly string[],
  outer: Place,
  to: RouteResolution,
): RouteResult {
  const { issues } = to
  const before = issues.issues.length
  const place = stamped(outer, route[STAMP])
  const group: GroupOptions = route.group?.options ?? {}
  const groupPlace = route.group ? stamped(outer, route.group[STAMP]) : place
  const options = issues.parse(routeSchema, route.options, place)
  const composed = resolveComposition(route, options, place, to)
  const destination = resolveDestination(route, composed, place, to)
  const auth = route.group
    ? to.policies.auth(group.auth, inside(groupPlace, 'auth'))
    : to.policies.auth(route.options.auth, inside(place, 'auth'))
  const own = to.policies.uses(route.options['use'], 'route', inside(place, 'use'))
  const policies = [...to.shared, ...to.policies.uses(group.use, 'group', inside(groupPlace, 'use')), ...own]
  checkKeys(policies, inside(place, 'use'), issues)
  checkCaches(policies, { auth, compose: composed }, inside(place, 'use'), issues)
  checkMirrors(
    policies,
    { upstream: destination.rollout ? undefined : destination.upstreams[0], compose: composed },
    inside(place, 'use'),
    issues,
  )
  const parsed = resolvePath(route.options, group, place, issues)
  const version = options && resolveVersion(options, group, place, issues)
  const match = options && resolveMatch(options, version?.condition, place, issues)
  const id = keys.join('.')
  const address = parsed && options && { id, method: options.method, path: parsed.path, segments: parsed.segments, match }
  const bodies = options && resolveBodies(options, place, issues)
  const websocket = options && resolveWebSocket(options, place, issues)
  const ways = options && resolveWays(options, destination, place, to)
  // A shared upstream or policy reports once, at its first use; later routes are incomplete all the same.
  if (!options || !bodies || !ways?.way || !parsed || !address || issues.issues.length > before) return { address, route: undefined }
  const more = {
    version,
    ...ways,
    way: ways.way,
    composed,
    auth,
    policies: composed ? policies.filter(isOfOwnResponse) : policies,
    websocket,
    bodies,
  }
  return { address, route: assemble({ route, keys, id, group, options, parsed, match, ...more }, to) }
}

/** Policies of what one upstream is sent and answers, which pass composed routes by. */
const OF_FORWARDING: ReadonlySet<string> = new Set(['cache', 'mirror'])
const isOfOwnResponse = ({ policy }: PolicyUse) => !OF_FORWARDING.has(policy.name)

/** The parts of a route, none of them at fault. */
interface RouteParts {
  readonly route: Route<string, unknown, number>
  readonly keys: readonly string[]
  readonly id: string
  readonly group: GroupOptions
  readonly options: RouteSettings
  readonly parsed: ResolvedPath
  readonly match: ResolvedMatch | undefined
  readonly version: ResolvedRoute['version']
  readonly way: ResolvedSide
  readonly rollout: ResolvedRoute['rollout']
  readonly fallback: ResolvedRoute['fallback']
  readonly bodies: ResolvedBodies
  readonly composed: ResolvedComposition | undefined
  readonly auth: ResolvedAuth | undefined
  readonly policies: readonly PolicyUse[]
  readonly websocket: ResolvedRoute['websocket']
}

/** What documents and notices say of a route, and where it stands in the source. */
function documentation({ route, options, group, keys }: RouteParts) {
  return {
    summary: options.summary,
    description: options.description,
    tags: options.tags ?? group.tags ?? [keys[0] as string],
    deprecated: options.deprecated !== false,
    deprecation: typeof options.deprecated === 'object' ? options.deprecated : undefined,
    internal: options.internal,
    stamp: route[STAMP],
  }
}

const upstreamsOf = ({ composed, rollout, way }: RouteParts) => composed?.upstreams ?? rollout?.sides ?? [way.upstream]

/** What callers can observe of a route; put together when documents ask for it, so that a gateway that only runs does not wait for it. */
function effectsOf(parts: RouteParts, requestIdHeader: string): Pick<ResolvedRoute, 'effects' | 'ownEffects'> {
  const { options, auth, policies, fallback, version } = parts
  const all = once(() => resolveRouteEffects(options, { auth, policies, fallback }, upstreamsOf(parts), requestIdHeader, version))
  return { effects: () => all().effects, ownEffects: () => all().ownEffects }
}

/** Named key by key: V8 gives an object that begins with a spread ten times the memory, and a gateway has thousands of routes. */
function assemble(parts: RouteParts, { lifecycle, requestIdHeader, json }: RouteResolution): ResolvedRoute {
  const { keys, id, options, parsed, match, version, way, rollout, composed, fallback, auth, policies, websocket, bodies } = parts
  const behaviour = {
    path: parsed.path,
    segments: parsed.segments,
    paramNames: parsed.paramNames,
    upstreamPath: parsed.upstreamPath,
    id,
    keys,
    match,
    version,
    upstream: way.upstream,
    rollout,
    fallback,
    compose: composed,
    auth,
    policies,
    affinity: options.affinity,
    method: options.method,
    params: options.params,
    query: options.query,
    strictQuery: options.strictQuery,
    headers: options.headers,
    cookies: options.cookies,
    body: options.body,
    accepts: bodies.accepts,
    convert: bodies.convert,
    json,
    responses: composed ? { ...composed.responses, ...options.responses } : options.responses,
    validateResponse: options.validateResponse,
    redactSecrets: options.redactSecrets,
    upstreamBody: options.upstreamBody,
    upstreamResponses: options.upstreamResponses,
    mapRequest: options.mapRequest,
    mapResponse: options.mapResponse,
    mapStatus: options.mapStatus,
    stripPrefix: options.stripPrefix,
    rewriteLocation: options.rewriteLocation,
    rewriteCookies: options.rewriteCookies,
    host: options.host,
    encodedSlashes: options.encodedSlashes,
    bodyLimit: options.bodyLimit,
    responseLimit: options.responseLimit,
    timeouts: way.timeouts,
    retry: way.retry,
    hedge: way.hedge,
    lifecycle: options.lifecycle ?? lifecycle,
    websocket,
  }
  return Object.assign(behaviour, effectsOf(parts, requestIdHeader), documentation(parts))
}

/** Does a piece of work when its result is first asked for. */
function once<T extends object>(work: () => T): () => T {
  let done: T | undefined
  return () => {
    done ??= work()
    return done
  }
}

function checkKeys(policies: readonly PolicyUse[], place: Place, issues: IssueCollector): void {
  policies.forEach(({ key }, index) => {
    if (policies.findIndex((other) => other.key === key) < index)
      issues.add('GW1304', inside(place, key), `the key \`${key}\` is used twice on this route`, { hint: 'choose another name' })
  })
}
