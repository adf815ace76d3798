import type { ResolvedUpstream } from '../resolved.js'
import { readStamp } from '../stamp.js'
import { type Upstream, upstreamSchema } from '../upstream.js'
import type { IssueCollector } from './issues.js'
import { type Place, stamped } from './place.js'
import { suggest } from './suggest.js'

const isUpstream = (value: unknown): value is Upstream =>
  typeof value === 'object' && value !== null && '~upstream' in value && readStamp(value) !== undefined

/** Resolves upstreams, each object once, and holds their names unique. */
export class UpstreamResolver {
  readonly #issues: IssueCollector
  readonly #resolved = new Map<Upstream, ResolvedUpstream | undefined>()
  readonly #byName = new Map<string, Upstream>()

  constructor(issues: IssueCollector) {
    this.#issues = issues
  }

  get all(): readonly ResolvedUpstream[] {
    return [...this.#resolved.values()].filter((upstream) => upstream !== undefined)
  }

  /** Resolves a route's `upstream`; a string there gets a suggestion from the names known so far. */
  resolve(value: unknown, place: Place): ResolvedUpstream | undefined {
    if (typeof value === 'object' && value !== null && '~rollout' in value) {
      this.#issues.add('GW1170', place, 'a rollout stands in the `upstream` of a route only', { hint: 'name one of its upstreams here' })
      return undefined
    }
    if (!isUpstream(value)) {
      const close = typeof value === 'string' ? suggest(value, [...this.#byName.keys()]) : undefined
      const hint = close
        ? `did you mean the upstream "${close}"? Pass the value itself, not its name`
        : 'pass a value made by upstream(name, { … })'
      this.#issues.add(
        'GW1101',
        place,
        value === undefined ? 'missing; expected an upstream' : `expected an upstream, got ${JSON.stringify(value) ?? typeof value}`,
        { hint },
      )
      return undefined
    }
    if (!this.#resolved.has(value)) this.#resolved.set(value, this.#parse(value, place))
    return this.#resolved.get(value)
  }

  #parse(value: Upstream, place: Place): ResolvedUpstream | undefined {
    const at = stamped(place, readStamp(value) ?? place.stamp)
    const other = this.#byName.get(value.name)
    if (other) {
      const related = { message: 'first defined here', origin: { stamp: readStamp(other) ?? place.stamp, path: [] } }
      this.#issues.add('GW1102', at, `another upstream is already named "${value.name}"`, {
        hint: 'share one value, or give this one a name of its own',
        related,
      })
      return undefined
    }
    if (typeof value.name !== 'string' || !/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(value.name)) {
      this.#issues.add('GW1002', at, `expected an upstream name of letters, digits, ".", "_" or "-", got ${JSON.stringify(value.name)}`)
      return undefined
    }
    this.#byName.set(value.name, value)
    const settings = this.#issues.parse(upstreamSchema, value.options, at)
    return settings && { name: value.name, settings }
  }
}
