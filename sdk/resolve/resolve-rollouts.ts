import type { ResolvedRollout, ResolvedUpstream } from '../resolved.js'
import { blueGreenSchema, canarySchema, type Rollout } from '../rollout.js'
import { readStamp } from '../stamp.js'
import type { IssueCollector } from './issues.js'
import { inside, type Place, stamped } from './place.js'
import type { UpstreamResolver } from './resolve-upstreams.js'

/** True for a value made by `rollout`. */
export const isRollout = (value: unknown): value is Rollout<never> =>
  typeof value === 'object' && value !== null && '~rollout' in value && readStamp(value) !== undefined

/** Resolves rollouts, each object once, and holds their names unique. */
export class RolloutResolver {
  readonly #issues: IssueCollector
  readonly #upstreams: UpstreamResolver
  readonly #resolved = new Map<Rollout<never>, ResolvedRollout | undefined>()
  readonly #byName = new Map<string, Place>()

  constructor(issues: IssueCollector, upstreams: UpstreamResolver) {
    this.#issues = issues
    this.#upstreams = upstreams
  }

  /** @param hasAuth whether the route at `place` has an auth, which the key may read */
  resolve(value: Rollout<never>, hasAuth: boolean, place: Place): ResolvedRollout | undefined {
    if (!this.#resolved.has(value)) this.#resolved.set(value, this.#parse(value, stamped(place, readStamp(value) ?? place.stamp)))
    const found = this.#resolved.get(value)
    if (found?.by?.needsAuth && !hasAuth)
      this.#issues.add('GW1170', place, `its callers are told apart by what \`${found.by.label}\` found, and the route has no \`auth\``, {
        hint: 'give the route that auth, or the rollout another `by`',
      })
    return found
  }

  #parse({ options }: Rollout<never>, at: Place): ResolvedRollout | undefined {
    const parsed = 'blue' in options || 'green' in options || 'active' in options ? this.#blueGreen(options, at) : this.#canary(options, at)
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

  #canary(options: Rollout['options'], at: Place): ResolvedRollout | undefined {
    const settings = this.#issues.parse(canarySchema, options, at)
    const sides = this.#sides(options, 'stable', 'canary', at)
    if (!settings || !sides) return undefined
    const { name = sides[0].name, percent, by, abortIf } = settings
    return { kind: 'canary', name, sides, percent, by, abortIf: abortIf || undefined }
  }

  #blueGreen(options: Rollout['options'], at: Place): ResolvedRollout | undefined {
    const settings = this.#issues.parse(blueGreenSchema, options, at)
    const sides = this.#sides(options, 'blue', 'green', at)
    if (!settings || !sides) return undefined
    const { name = sides[0].name, active } = settings
    return { kind: 'blue-green', name, sides, percent: active === 'green' ? 100 : 0, by: undefined, abortIf: undefined }
  }

  #sides(options: Rollout['options'], first: string, second: string, at: Place): readonly [ResolvedUpstream, ResolvedUpstream] | undefined {
    const one = this.#upstreams.resolve(options[first], inside(at, first))
    const other = this.#upstreams.resolve(options[second], inside(at, second))
    return one && other && [one, other]
  }
}
