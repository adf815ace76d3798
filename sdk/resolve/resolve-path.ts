import { type PathTemplate, parsePath } from '../path.js'
import type { ResolvedRoute } from '../resolved.js'
import type { GroupOptions, UntypedRouteOptions } from '../route.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place } from './place.js'

/** What a route's paths come to: the one it is matched by, and the one that is sent upstream. */
export type ResolvedPath = Pick<ResolvedRoute, 'path' | 'segments' | 'paramNames' | 'upstreamPath'>

/** Resolves a route's path behind its group's prefix, and what has to agree with it; undefined if it is no path. */
export function resolvePath(
  options: UntypedRouteOptions,
  group: GroupOptions,
  place: Place,
  issues: IssueCollector,
): ResolvedPath | undefined {
  if (typeof options.path !== 'string') return undefined
  const prefix = group.prefix ?? ''
  const path = prefix + options.path
  const template = parsePath(path)
  const at = inside(place, 'path')
  if (prefix.endsWith('/'))
    issues.add('GW1201', at, `the group’s prefix "${prefix}" ends with "/"`, { hint: 'paths begin with "/" already' })
  if ('problem' in template) {
    issues.add(template.problem.startsWith('bad regular') ? 'GW1202' : 'GW1201', at, template.problem)
    return undefined
  }
  checkParams(options['params'], template.names, inside(place, 'params'), issues)
  const sent = resolveUpstreamPath(options.upstreamPath, path, template.names, inside(place, 'upstreamPath'), issues)
  checkStripPrefix(options, path, sent !== undefined, inside(place, 'stripPrefix'), issues)
  return {
    path,
    segments: template.segments,
    paramNames: template.names,
    upstreamPath: sent && 'segments' in sent ? sent.segments : undefined,
  }
}

function resolveUpstreamPath(
  given: string | undefined,
  path: string,
  names: readonly string[],
  place: Place,
  issues: IssueCollector,
): PathTemplate | undefined {
  if (typeof given !== 'string') return undefined
  const sent = parsePath(given)
  if ('problem' in sent) issues.add('GW1201', place, sent.problem)
  else
    for (const name of sent.names.filter((name) => !names.includes(name)))
      issues.add('GW1203', place, `{${name}} is not a parameter of ${path}`)
  return sent
}

function checkStripPrefix(
  { stripPrefix }: UntypedRouteOptions,
  path: string,
  rewritten: boolean,
  place: Place,
  issues: IssueCollector,
): void {
  if (stripPrefix === undefined) return
  if (!`${path}/`.startsWith(`${stripPrefix}/`)) issues.add('GW1201', place, `"${stripPrefix}" is not how ${path} begins`)
  if (rewritten) issues.add('GW1201', place, '`stripPrefix` and `upstreamPath` exclude each other')
}

function checkParams(schema: unknown, names: readonly string[], place: Place, issues: IssueCollector): void {
  const shape = (schema as { _zod?: { def: { shape?: object } } } | undefined)?._zod?.def.shape
  if (!shape) return
  const keys = Object.keys(shape)
  for (const name of names.filter((name) => !keys.includes(name)))
    issues.add('GW1203', place, `the path has {${name}}, which \`params\` lacks`)
  for (const key of keys.filter((key) => !names.includes(key)))
    issues.add('GW1203', inside(place, key), `\`params\` has \`${key}\`, which the path lacks`)
}
