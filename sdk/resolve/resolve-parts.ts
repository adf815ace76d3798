import { callSchema, eachSchema } from '../compose/call-schema.js'
import { isPart, type PartSpec } from '../compose/part.js'
import type { ResolvedCall, ResolvedNeeds, ResolvedPart } from '../compose/resolved-composition.js'
import { parsePath } from '../path.js'
import type { ResolvedUpstream } from '../resolved.js'
import type { Route } from '../route.js'
import { parseWith } from '../schemas/values.js'
import { readStamp } from '../stamp.js'
import type { Key } from '../types.js'
import { checkAffinity } from './check-balance.js'
import { inside, type Place, stamped } from './place.js'
import { resolveCallHedge, resolveCallRetry } from './resolve-retry.js'
import type { RouteResolution } from './resolve-route.js'
import type { RouteSettings } from './route-schema.js'

const DEFAULT_TIMEOUTS = { headers: 30_000, idle: 60_000, total: undefined }

function timeoutsOf(total: number | undefined, { settings: { timeouts } }: ResolvedUpstream): ResolvedCall['timeouts'] {
  return {
    headers: timeouts?.headers ?? DEFAULT_TIMEOUTS.headers,
    idle: timeouts?.idle ?? DEFAULT_TIMEOUTS.idle,
    total: total ?? timeouts?.total,
  }
}

/** The smaller of two times; undefined where there is neither. */
function leastOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || (other !== undefined && other < one) ? other : one
}

const isKey = (value: unknown): value is Key<never, unknown> => typeof value === 'object' && value !== null && 'read' in value

/** Resolves the parts of one composition, each object once: what a part needs comes before it. */
export class PartResolver {
  readonly parts: ResolvedPart[] = []
  readonly #upstreams = new Set<ResolvedUpstream>()
  readonly #known = new Map<unknown, number>()
  readonly #route: Route<string, unknown, number>
  readonly #place: Place
  readonly #to: RouteResolution
  readonly #own: Partial<RouteSettings>

  /** @param own the route’s options as parsed; empty where they could not be */
  constructor(route: Route<string, unknown, number>, own: Partial<RouteSettings>, place: Place, to: RouteResolution) {
    this.#route = route
    this.#own = own
    this.#place = place
    this.#to = to
  }

  get upstreams(): readonly ResolvedUpstream[] {
    return [...this.#upstreams]
  }

  /** The place of a part among {@link parts}; -1 where it is none or something is wrong with it. */
  resolve(value: unknown, at: Place): number {
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const part = isPart(value) ? this.#resolve(value['~part'], stamped(this.#place, readStamp(value) ?? at.stamp)) : this.#key(value, at)
    const index = part ? this.parts.push(part) - 1 : -1
    this.#known.set(value, index)
    return index
  }

  #resolve(spec: PartSpec, at: Place): ResolvedPart | undefined {
    if (spec.kind === 'item') return { kind: 'item' }
    if (spec.kind === 'derive') return { kind: 'derive', needs: this.#needs(spec.needs, at), run: spec.run as (from: unknown) => unknown }
    if (spec.kind === 'call') return this.#call(spec.upstream, spec.options, at)
    const options = this.#to.issues.parse(eachSchema, spec.options, at)
    const list = this.resolve(spec.list, at)
    const item = this.resolve(spec.item, at)
    const inner = isPart(spec.each) ? spec.each['~part'] : undefined
    if (inner?.kind !== 'call') {
      this.#to.issues.add('GW1380', at, '`each` makes one call for each element', { hint: 'return a value made by call(upstream, { … })' })
      return undefined
    }
    const call = this.#call(inner.upstream, inner.options, stamped(at, readStamp(spec.each) ?? at.stamp), item)
    return call && options && { kind: 'each', list, item, call, ...options }
  }

  #key(value: unknown, at: Place): ResolvedPart | undefined {
    const { issues } = this.#to
    if (!isKey(value)) {
      issues.add('GW1380', at, 'expected a part or a key', {
        hint: 'pass a value made by call, each or derive, or a key such as param("id")',
      })
      return undefined
    }
    const { from } = value as { from?: { in: string; name?: string } }
    if (from?.in === 'params' && !this.#paramNames().includes(from.name as string))
      issues.add('GW1380', at, `reads {${from.name}}, which is not a parameter of the route`)
    if (from?.in === 'body' && this.#route.options['body'] === undefined)
      issues.add('GW1380', at, 'reads the body, for which the route has no schema', { hint: 'add `body` to the route' })
    if (value.needsAuth && !this.#route.options.auth && !this.#route.group?.options.auth)
      issues.add('GW1380', at, `reads what \`${value.label}\` found, and the route has no \`auth\``)
    return { kind: 'key', read: value.read }
  }

  #paramNames(): readonly string[] {
    const template = parsePath(`${this.#route.group?.options.prefix ?? ''}${this.#route.options.path}`)
    return 'names' in template ? template.names : []
  }

  #needs(given: Readonly<Record<string, unknown>>, at: Place, item?: number): ResolvedNeeds {
    return Object.entries(given).map(([name, value]) => {
      const place = inside(at, 'needs', name)
      const index = this.resolve(value, place)
      if (index !== item && this.parts[index]?.kind === 'item')
        this.#to.issues.add('GW1380', place, 'an element of a list is only there for the call of its `each`')
      return [name, index] as const
    })
  }

  #call(given: unknown, untyped: Readonly<Record<string, unknown>>, at: Place, item?: number): ResolvedCall | undefined {
    const { issues, upstreams } = this.#to
    const upstream = upstreams.resolve(given, at)
    const options = issues.parse(callSchema, untyped, at)
    if (upstream) this.#upstreams.add(upstream)
    if (!options || !upstream) return undefined
    const needs = this.#needs(options.needs, at, item)
    const template = parsePath(options.path)
    if ('problem' in template) issues.add('GW1201', inside(at, 'path'), template.problem)
    else if (template.segments.some(({ kind }) => kind === 'wildcard'))
      issues.add('GW1380', inside(at, 'path'), 'a call’s path has no rest', { hint: 'write a parameter for each segment' })
    const missing = 'names' in template && !options.params ? template.names.filter((name) => !this.#paramNames().includes(name)) : []
    for (const name of missing)
      issues.add('GW1380', inside(at, 'path'), `{${name}} is not a parameter of the route`, { hint: 'give it in `params`' })
    if (options.method === 'GET' && options.body) issues.add('GW1380', inside(at, 'body'), 'a GET call cannot have a body')
    const fallback = this.#fallback(options.response, untyped, at)
    checkAffinity({ affinity: options.affinity ?? this.#own.affinity, isOwn: options.affinity !== undefined }, upstream, at, issues)
    const timeouts = timeoutsOf(options.timeout, upstream)
    return {
      kind: 'call',
      needs,
      upstream,
      method: options.method,
      segments: 'segments' in template ? template.segments : [],
      params: options.params,
      query: options.query,
      headers: options.headers,
      upstreamBody: options.upstreamBody,
      body: options.body,
      response: options.response,
      timeouts,
      responseLimit: options.responseLimit ?? Number.POSITIVE_INFINITY,
      retry: resolveCallRetry({ ...options, total: leastOf(timeouts.total, this.#own.timeouts?.total) }, this.#own, upstream, at, issues),
      hedge: resolveCallHedge(options, this.#own, upstream),
      affinity: options.affinity,
      fallback,
      optional: options.optional,
    }
  }

  #fallback(response: ResolvedCall['response'], untyped: Readonly<Record<string, unknown>>, at: Place): ResolvedCall['fallback'] {
    if (untyped['fallback'] === undefined) return undefined
    const result = parseWith(response, untyped['fallback'])
    if (result.success) return { value: result.data }
    const { path, message } = result.error.issues[0] as { path: PropertyKey[]; message: string }
    this.#to.issues.add('GW1381', inside(at, 'fallback', ...path), message)
    return undefined
  }
}
