import { z } from 'zod'
import { Problem } from '../../../sdk/index.js'
import type { UpstreamPool } from '../target.js'
import type { BreakerStatus } from './breakers.js'

const setting = z.strictObject({ state: z.enum(['open', 'closed', 'auto']), target: z.string().optional() })

/** The breakers of a gateway in an operator's hands. */
export class BreakerControl {
  readonly #pools: () => readonly UpstreamPool[]

  /** `pools` are those in use at the moment. */
  constructor(pools: () => readonly UpstreamPool[]) {
    this.#pools = pools
  }

  /** Every breaker with its state, in the order of the config. */
  list(): BreakerStatus[] {
    return this.#pools().flatMap(({ breakers, targets }) => breakers?.list(targets) ?? [])
  }

  /**
   * Holds the breakers of an upstream, or that of one of its targets, `open` or `closed`; `auto` lets them work by themselves again, closed at first.
   * @throws Problem INVALID_REQUEST for another form, NOT_FOUND where there is no such breaker
   */
  set(upstream: string, given: unknown): void {
    const read = setting.safeParse(given)
    if (!read.success) throw new Problem('INVALID_REQUEST', { detail: 'This sets no breaker.' })
    const { state, target } = read.data
    const pool = this.#pools().find(({ name }) => name === upstream)
    if (!pool?.breakers) throw new Problem('NOT_FOUND', { detail: `No upstream "${upstream}" has a breaker.` })
    if (target === undefined) {
      pool.breakers.pinAll(pool.targets, state)
      return
    }
    const meant = pool.targets.filter(({ url }) => url === target)
    if (meant.length === 0 || !pool.breakers.perTarget)
      throw new Problem('NOT_FOUND', { detail: `No target "${target}" of the upstream "${upstream}" has a breaker.` })
    pool.breakers.pin(meant, state)
  }
}
