import { Problem, type RequestStep } from '../../sdk/index.js'
import { pathShape } from '../../sdk/resolve/find-route-conflicts.js'
import type { ResolvedMatch, ResolvedRoute, ResolvedVersion } from '../../sdk/resolved.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { Routable } from './route-table.js'

function matchWithout({ match, version }: ResolvedRoute): ResolvedMatch | undefined {
  const conditions = (match?.conditions ?? []).filter((condition) => condition !== version?.condition)
  return match?.host === undefined && conditions.length === 0 ? undefined : { host: match?.host, conditions }
}

function refuseVersion({ known, accept, condition }: ResolvedVersion): RequestStep {
  const place = accept === undefined ? `the ${condition.source} \`${condition.name}\`` : `\`Accept\` as \`${accept}\``
  const detail = `No version of this operation fits the request. Name one in ${place}; known versions: ${known.join(', ')}.`
  return () => {
    throw new Problem('UNKNOWN_VERSION', { detail, extensions: { versions: known } })
  }
}

/**
 * Entries that refuse requests to versioned routes whose version none of them has. Each is a versioned route without its version,
 * so it is tried after all of those and after any unversioned route of the same address that is declared.
 */
export function versionRefusals(
  routes: readonly ResolvedRoute[],
  compile: (refuse: RequestStep) => CompiledRoute,
): readonly (CompiledRoute & Routable)[] {
  const byAddress = new Map<string, CompiledRoute & Routable>()
  for (const route of routes) {
    if (!route.version) continue
    const match = matchWithout(route)
    const conditions = match?.conditions.map(({ pattern, ...rest }) => ({ ...rest, pattern: pattern?.source }))
    const address = `${route.method} ${pathShape(route.segments)} ${JSON.stringify([match?.host, conditions])}`
    if (byAddress.has(address)) continue
    const { method, segments, paramNames, encodedSlashes } = route
    byAddress.set(address, Object.assign(compile(refuseVersion(route.version)), { method, segments, paramNames, match, encodedSlashes }))
  }
  return [...byAddress.values()]
}
