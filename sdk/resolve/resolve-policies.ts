import type { AnyAuth } from '../auth.js'
import { formatPath } from '../config-error.js'
import type { Effects } from '../effects.js'
import type { AnyPolicy, GatewayNeed, PolicyDefinition } from '../policy.js'
import type { PolicyUse, ResolvedAuth, ResolvedPolicy } from '../resolved.js'
import { isShadow } from '../schemas/mode.js'
import { readStamp } from '../stamp.js'
import { combineEffects, findExcluded, partsOf } from './combined-auths.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place, stamped } from './place.js'
import type { UpstreamResolver } from './resolve-upstreams.js'

/** Names on the context that a policy's key may not hide. */
const RESERVED = new Set([
  'addResponseHeader',
  'auth',
  'body',
  'captureResponse',
  'cookies',
  'give',
  'headers',
  'ip',
  'method',
  'onFinish',
  'onUpstream',
  'params',
  'path',
  'preflight',
  'query',
  'queryString',
  'readBody',
  'removeRequestHeader',
  'removeResponseHeader',
  'requestId',
  'routeId',
  'setRequestHeader',
  'setResponseHeader',
  'setUpstreamQuery',
  'upstreamQuery',
])

const isDefined = (value: unknown): value is { definition: PolicyDefinition; options: unknown } =>
  typeof value === 'object' && value !== null && 'definition' in value && 'options' in value && readStamp(value) !== undefined

const NOTHING: Effects = {}

/** Works the effects out once for each method: many routes share them. */
function byMethod(work: (method: string) => Effects): ResolvedPolicy['effects'] {
  const known = new Map<string, Effects>()
  return (method) => {
    const effects = known.get(method) ?? work(method)
    known.set(method, effects)
    return effects
  }
}

/** Resolves policies and auths, each object once, so that a shared one keeps one identity. */
export class PolicyResolver {
  readonly #issues: IssueCollector
  readonly #upstreams: UpstreamResolver
  readonly #policies = new Map<object, ResolvedPolicy | undefined>()
  readonly #auths = new Map<object, ResolvedAuth | undefined>()

  /** What policies cannot do without, and where they are used first. */
  readonly needs: { readonly need: GatewayNeed; readonly place: Place }[] = []

  constructor(issues: IssueCollector, upstreams: UpstreamResolver) {
    this.#issues = issues
    this.#upstreams = upstreams
  }

  /** Resolves one `use` object; the values keep the order in which they are written. */
  uses(use: unknown, scope: PolicyUse['scope'], place: Place): PolicyUse[] {
    if (use === undefined) return []
    if (typeof use !== 'object' || use === null || Array.isArray(use)) {
      this.#issues.add('GW1301', place, 'expected an object of policies by name, such as { limit: rateLimit({ … }) }')
      return []
    }
    return Object.entries(use).flatMap(([key, value]) => {
      const at = inside(place, key)
      if (RESERVED.has(key))
        this.#issues.add('GW1303', at, `\`${key}\` is a property of the context`, { hint: 'choose another name for the policy' })
      const policy = this.#policy(value, at)
      return policy ? [{ key, scope, policy }] : []
    })
  }

  #policy(value: unknown, place: Place): ResolvedPolicy | undefined {
    if (!isDefined(value) || value.definition.phase === 'authenticate') {
      const hint = isDefined(value) ? 'an auth belongs in `auth`, not in `use`' : 'write for example rateLimit({ … })'
      this.#issues.add('GW1301', place, 'this is not a policy', { hint })
      return undefined
    }
    const policy = value as AnyPolicy
    if (!this.#policies.has(policy)) this.#policies.set(policy, this.#parse(policy, place))
    return this.#policies.get(policy)
  }

  #parse(given: { definition: PolicyDefinition; options: unknown }, place: Place): ResolvedPolicy | undefined {
    const { definition, options } = given
    const at = stamped(place, readStamp(given) ?? place.stamp)
    const settings = this.#issues.parse(definition.options, options, at)
    if (settings === undefined || !this.#resolveUpstreams(definition, settings as Record<string, unknown>, at)) return undefined
    for (const need of definition.needs?.(settings) ?? []) this.needs.push({ need, place })
    const { name } = definition
    const phase = definition.phaseOf?.(settings) ?? definition.phase
    const effects = isShadow(settings) ? () => NOTHING : byMethod((method) => definition.effects(settings, method))
    return { name, phase, settings, effects, definition, identity: formatPath(place.path) }
  }

  /** Puts resolved upstreams into freshly parsed settings; false if one of them is none. */
  #resolveUpstreams({ upstreams = [] }: PolicyDefinition, settings: Record<string, unknown>, at: Place): boolean {
    for (const key of upstreams) settings[key] = this.#upstreams.resolve(settings[key], inside(at, key))
    return upstreams.every((key) => settings[key] !== undefined)
  }

  /** Resolves an auth and the parts that it combines. */
  auth(value: unknown, place: Place): ResolvedAuth | undefined {
    if (value === undefined) return undefined
    if (!isDefined(value) || value.definition.phase !== 'authenticate') {
      this.#issues.add('GW1302', place, 'this is not an auth', { hint: 'write for example jwt({ … }) or apiKey({ … })' })
      return undefined
    }
    if (!this.#auths.has(value)) this.#auths.set(value, this.#parseAuth(value as AnyAuth, place))
    return this.#auths.get(value)
  }

  #parseAuth(given: AnyAuth, place: Place): ResolvedAuth | undefined {
    const policy = this.#parse(given, place)
    if (!policy) return undefined
    const combined = partsOf(policy)
    if (combined.length === 0) return { ...policy, parts: [] }
    const at = stamped(place, readStamp(given) ?? place.stamp)
    const parts = combined.map(([key, part]) => this.#part(part, inside(at, key)))
    const resolved = parts.filter((part) => part !== undefined)
    if (resolved.length < parts.length || (policy.name === 'all-of' && this.#excluded(resolved, combined, at))) return undefined
    return { ...policy, effects: byMethod((method) => combineEffects(policy.name, resolved, method)), parts: resolved }
  }

  /** Adds GW1306 for an `allOf` that no request can satisfy. */
  #excluded(parts: readonly ResolvedAuth[], combined: ReturnType<typeof partsOf>, place: Place): boolean {
    const found = findExcluded(parts)
    if (!found) return false
    const [key] = combined[found.index] as (typeof combined)[number]
    const message = `the header \`${found.header}\` cannot carry this credential and that of another part`
    this.#issues.add('GW1306', inside(place, key), message, { hint: 'give one of them another `header`, or write anyOf(…)' })
    return true
  }

  #part(value: unknown, place: Place): ResolvedAuth | undefined {
    const part = this.auth(value, place)
    if (part?.name !== 'optional') return part
    this.#issues.add('GW1302', place, 'an `optional` auth cannot be part of another', { hint: 'write optional(…) around the whole' })
    return undefined
  }
}
