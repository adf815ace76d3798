import type { ResolvedCondition, ResolvedVersion } from '../resolved.js'
import type { GroupOptions } from '../route.js'
import { readStamp } from '../stamp.js'
import { type Version, type VersionsSettings, versionsSchema } from '../versions.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place, stamped } from './place.js'
import type { RouteSettings } from './route-schema.js'

const isVersion = (value: unknown): value is Version => typeof value === 'object' && value !== null && '~version' in value

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Finds a media type in the list of an `Accept` field, its parameters aside. */
function mediaType(template: string, version: string): RegExp {
  const [before = '', after = ''] = template.split('{version}')
  return new RegExp(`(?:^|,)\\s*${escaped(before)}${version}${escaped(after)}\\s*(?:[;,]|$)`, 'i')
}

/** Any value at all: where there is one, it names a version. */
const ANYTHING = /^/

function conditionOf(version: string, { header, query, accept, default: usual }: VersionsSettings): ResolvedCondition {
  const any = accept === undefined ? ANYTHING : mediaType(accept, '[^\\s;,/+]+?')
  const orWithout = version === usual ? { orWithout: any } : {}
  if (accept !== undefined)
    return { source: 'header', name: 'accept', equals: undefined, pattern: mediaType(accept, escaped(version)), ...orWithout }
  const [source, name] = header === undefined ? (['query', query ?? ''] as const) : (['header', header] as const)
  return { source, name, equals: version, pattern: undefined, ...orWithout }
}

/** Resolves the version of a route, its own or its group's; undefined where it has none. */
export function resolveVersion(
  options: RouteSettings,
  group: GroupOptions,
  place: Place,
  issues: IssueCollector,
): ResolvedVersion | undefined {
  const at = inside(place, 'version')
  const given = options.version ?? group.version
  if (given === undefined) return undefined
  if (options.version !== undefined && group.version !== undefined) {
    issues.add('GW1270', at, 'the group has a version already', { hint: 'leave one of them out' })
    return undefined
  }
  if (!isVersion(given)) {
    issues.add('GW1270', at, `expected a version, got ${JSON.stringify(given) ?? typeof given}`, {
      hint: 'write for example const api = versions({ header: "x-api-version", known: ["1", "2"] }) and then version: api("2")',
    })
    return undefined
  }
  const settings = issues.parse(versionsSchema, given.options, stamped(at, readStamp(given) ?? at.stamp))
  if (!settings) return undefined
  const version = given['~version']
  if (!settings.known.includes(version)) {
    issues.add('GW1270', at, `there is no version "${version}"`, { hint: `known versions: ${settings.known.join(', ')}` })
    return undefined
  }
  const condition = conditionOf(version, settings)
  const part = condition.source === 'header' ? 'headers' : 'query'
  if (options.match?.[part]?.[condition.name] !== undefined)
    issues.add('GW1270', inside(place, 'match', part, condition.name), 'the version of the route is read from here already', {
      hint: 'leave the condition out',
    })
  return { version, known: settings.known, usual: settings.default, accept: settings.accept, condition }
}
