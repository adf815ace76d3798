import type { ResolvedRollout, ResolvedUpstream } from '../resolved.js'
import { blueGreenSchema, canarySchema, type Rollout } from '../rollout.js'
import { readStamp } from '../stamp.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place, stamped } from './place.js'
import type { UpstreamResolver } from './resolve-upstreams.js'

type Untyped = Readonly<Record<string, unknown>>

/** True for a value made by `rollout`. */
export const isRollout = (value: unknown): value is Rollout =>
  typeof value === 'object' && value !== null && '~rollout' in value && readStamp(value) !== undefined

/** Resolves rollouts, each object once, and holds their names unique. */
export class RolloutResolver {
  readonly #issues: IssueCollector
  readonly #upstreams: UpstreamResolver
  readonly #resolved = new Map<Rollout, ResolvedRollout | undefined>()
  readonly #byName = new Map<string, Place>()

  constructor(issues: IssueCollector, upstreams: UpstreamResolver) {
    this.#issues = issues
    this.#upstreams = upstreams
  }

  resolve(value: Rollout, place: Place): ResolvedRollout | undefined {
    if (!this.#resolved.has(value)) this.#resolved.set(value, this.#parse(value, stamped(place, readStamp(value) ?? place.stamp)))
    return this.#resolved.get(value)
  }

  #parse(value: Rollout, at: Place): ResolvedRollout | undefined {
    const options = { ...value.options }
    const parsed = 'blue' in options || 'green' in options ? this.#blueGreen(options, at) : this.#canary(options, at)
    if (!parsed) return undefined
    const { name, sides } = parsed
    if (sides[0] === sides[1]) {
      this.#issues.add('GW1170', at, `both of its sides are the upstream "${sides[0].name}"`, { hint: 'name two different ones' })
      return undefined
    }
    const other = this.#byName.get(name)
    if (other) {
      const related = { message: 'first defined here', origin: { stamp: other.stamp, path: [] } }
      this.#issues.add('GW1171', at, `another rollout is already named "${name}"`, {
        hint: 'share one value, or give this one a `name` of its own',
        related,
      })
      return undefined
    }
    this.#byName.set(name, at)
    return parsed
  }

  #canary(options: Untyped, at: Place): ResolvedRollout | undefined {
    const settings = this.#issues.parse(canarySchema, options, at)
    const sides = this.#sides(options, 'stable', 'canary', at)
    if (!settings || !sides) return undefined
    const { name = sides[0].name, percent, by, abortIf } = settings
    if (by?.needsAuth)
      this.#issues.add('GW1170', inside(at, 'by'), `reads what \`${by.label}\` found, which not every route has`, {
        hint: 'leave `by` out, and give the key to the routes as `affinity`',
      })
    return { kind: 'canary', name, sides, percent, by, abortIf: abortIf || undefined }
  }

  #blueGreen(options: Untyped, at: Place): ResolvedRollout | undefined {
    const settings = this.#issues.parse(blueGreenSchema, options, at)
    const sides = this.#sides(options, 'blue', 'green', at)
    if (!settings || !sides) return undefined
    const { name = sides[0].name, active } = settings
    return { kind: 'blue-green', name, sides, percent: active === 'green' ? 100 : 0, by: undefined, abortIf: undefined }
  }

  #sides(options: Untyped, first: string, second: string, at: Place): readonly [ResolvedUpstream, ResolvedUpstream] | undefined {
    const one = this.#upstreams.resolve(options[first], inside(at, first))
    const other = this.#upstreams.resolve(options[second], inside(at, second))
    return one && other && [one, other]
  }
}
