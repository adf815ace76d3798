import { ConfigError } from '../config-error.js'
import { type Gateway, gatewaySchema } from '../gateway.js'
import { jsonLimitsSchema } from '../json-limits.js'
import type { ResolvedGateway } from '../resolved.js'
import type { Route } from '../route.js'
import { readStamp, STAMP } from '../stamp.js'
import { checkAffinityCookies } from './check-balance.js'
import { checkNeeds } from './check-needs.js'
import { findRouteConflicts } from './find-route-conflicts.js'
import { IssueCollector } from './issues.js'
import { inside, Place, stamped } from './place.js'
import { PolicyResolver } from './resolve-policies.js'
import { RolloutResolver } from './resolve-rollouts.js'
import { type RouteResolution, type RouteResult, resolveRoute } from './resolve-route.js'
import { UpstreamResolver } from './resolve-upstreams.js'

const isRoute = (value: unknown): value is Route<string, unknown, number> =>
  typeof value === 'object' && value !== null && '~route' in value

/** True for the result of `defineGateway`. */
export function isGateway(value: unknown): value is Gateway {
  return typeof value === 'object' && value !== null && '~gateway' in value && readStamp(value) !== undefined
}

/**
 * Validates a whole gateway and fills in its defaults.
 * @throws ConfigError with every issue at once.
 */
export function resolveGateway(gateway: unknown): ResolvedGateway {
  if (!isGateway(gateway))
    throw new ConfigError([
      {
        code: 'GW1001',
        path: [],
        message: `expected the result of defineGateway({ … }), got ${gateway === undefined ? 'nothing' : typeof gateway}`,
        hint: 'write `export default defineGateway({ … })`',
      },
    ])
  const stamp = readStamp(gateway) as Error
  const root = new Place(stamp)
  const issues = new IssueCollector()
  const parsed = issues.parse(gatewaySchema, gateway.options, root)
  const upstreams = new UpstreamResolver(issues)
  const policies = new PolicyResolver(issues, upstreams)
  const shared = policies.uses(gateway.options.use, 'gateway', inside(root, 'use'))
  const results = collectRoutes(
    gateway.options.routes,
    {
      issues,
      policies,
      upstreams,
      rollouts: new RolloutResolver(issues, upstreams),
      shared,
      lifecycle: parsed?.lifecycle ?? 'direct',
      json: parsed?.json ?? jsonLimitsSchema.parse({}),
      requestIdHeader: parsed?.requestId.header ?? 'x-request-id',
    },
    inside(root, 'routes'),
  )
  findRouteConflicts(
    results.flatMap(({ address, place }) => (address ? [{ route: address, place }] : [])),
    issues,
  )
  checkAffinityCookies(upstreams.all, inside(root, 'routes'), issues)
  if (parsed) checkNeeds(policies.needs, parsed, issues)
  if (!parsed || issues.issues.length > 0) throw new ConfigError(issues.issues)
  const { use: _use, routes: _routes, ...settings } = parsed
  return { settings, policies: shared, routes: results.flatMap(({ route }) => route ?? []), upstreams: upstreams.all, stamp }
}

type PlacedResult = RouteResult & { readonly place: Place }

function collectRoutes(tree: unknown, to: RouteResolution, place: Place, keys: readonly string[] = []): PlacedResult[] {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree) || '~gateway' in tree) {
    to.issues.add('GW1207', place, 'expected a route or an object of routes', {
      hint: 'write for example get: route({ method: "GET", path: "/users", upstream: users })',
    })
    return []
  }
  return Object.entries(tree).flatMap(([key, value]): PlacedResult[] => {
    const at = inside(place, key)
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(key))
      to.issues.add('GW1206', at, `${JSON.stringify(key)} cannot be an operation id`, {
        hint: 'use letters, digits and underscores, starting with a letter',
      })
    if (!isRoute(value)) return collectRoutes(value, to, at, [...keys, key])
    return [{ ...resolveRoute(value, [...keys, key], at, to), place: stamped(at, value[STAMP]) }]
  })
}
