import { patternProblem } from '../pattern-problem.js'
import type { ResolvedCondition, ResolvedMatch } from '../resolved.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'
import type { RouteSettings } from './route-schema.js'

const SOURCES = { headers: 'header', query: 'query', cookies: 'cookie' } as const

type Part = keyof typeof SOURCES
type Given = NonNullable<NonNullable<RouteSettings['match']>[Part]>[string]

function conditionOf(part: Part, name: string, given: Given, place: Place, issues: IssueCollector): ResolvedCondition {
  const condition = { source: SOURCES[part], name, equals: undefined, pattern: undefined }
  if (typeof given === 'string') return { ...condition, equals: given }
  if ('prefix' in given) return { ...condition, prefix: given.prefix }
  if ('present' in given) return { ...condition, present: given.present }
  const problem = patternProblem(given.pattern)
  if (!problem) return { ...condition, pattern: new RegExp(given.pattern) }
  issues.add('GW1202', inside(place, 'match', part, name, 'pattern'), `bad regular expression: ${problem}`)
  return condition
}

/** Resolves a route's `match` and its version, which is one more condition; undefined where it has neither. */
export function resolveMatch(
  { match }: RouteSettings,
  version: ResolvedCondition | undefined,
  place: Place,
  issues: IssueCollector,
): ResolvedMatch | undefined {
  if (!match) return version && { host: undefined, conditions: [version] }
  const conditions = (['headers', 'query', 'cookies'] as const).flatMap((part) =>
    Object.entries(match[part] ?? {}).map(([name, given]) => conditionOf(part, name, given, place, issues)),
  )
  return { host: match.host?.toLowerCase(), conditions: version ? [...conditions, version] : conditions }
}
