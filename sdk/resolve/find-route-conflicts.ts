import type { PathSegment } from '../path.js'
import type { ResolvedRoute } from '../resolved.js'
import { matchImplies } from './implies.js'
import { type IssueCollector, originOf } from './issues.js'
import type { Place } from './place.js'

/** What a route matches. */
export type RouteAddress = Pick<ResolvedRoute, 'id' | 'method' | 'path' | 'segments' | 'match'>

/** A route's address and where it stands. */
export interface PlacedRoute {
  readonly route: RouteAddress
  readonly place: Place
}

function shapeOf(segment: PathSegment): string {
  if (segment.kind === 'literal') return segment.text
  if (segment.kind === 'wildcard') return '{*}'
  return segment.pattern === undefined ? '{}' : `{:${segment.pattern}}`
}

/** What a path matches, parameter names aside. */
export function pathShape(segments: readonly PathSegment[]): string {
  return `/${segments.map(shapeOf).join('/')}`
}

const isConditional = ({ match }: RouteAddress) => match !== undefined && (match.host !== undefined || match.conditions.length > 0)

/** Reports routes that can never run: literal path segments rank before parameters, so only equal shapes compete. */
export function findRouteConflicts(placed: readonly PlacedRoute[], issues: IssueCollector): void {
  const byShape = new Map<string, PlacedRoute[]>()
  for (const { route, place } of placed) {
    const shape = `${route.method} ${pathShape(route.segments)}`
    const rivals = byShape.get(shape) ?? []
    byShape.set(shape, rivals)
    // An unconditional rival is tried last, so it hides only another unconditional route.
    const winner = rivals.find(
      (rival) => (isConditional(rival.route) || !isConditional(route)) && matchImplies(route.match, rival.route.match),
    )
    rivals.push({ route, place })
    if (!winner) continue
    const same = winner.route.path === route.path && matchImplies(winner.route.match, route.match)
    const related = { message: `\`${winner.route.id}\` is declared here`, origin: originOf(winner.place) }
    const other = `\`${winner.route.id}\` (${winner.route.method} ${winner.route.path})`
    if (same)
      issues.add('GW1204', place, `${route.method} ${route.path} is already the route \`${winner.route.id}\``, {
        hint: 'remove one, or tell them apart with `match`',
        related,
      })
    else
      issues.add('GW1205', place, `${route.method} ${route.path} can never run: ${other} comes first and takes the same requests`, {
        hint: 'remove it, or narrow the earlier one',
        related,
      })
  }
}
