import type { ResolvedRoute } from '../../../sdk/resolved.js'
import type { Services } from '../../services.js'
import { AttemptBudget } from '../attempt-budget.js'
import { LatencyWindow } from './latency-window.js'

/** When a route's requests ask another target too. */
export interface HedgePlan {
  readonly max: number
  readonly budget: AttemptBudget
  /** How long a response may fail to begin, in milliseconds; undefined while too little is known. */
  after(): number | undefined
  /** Told how long a response took to begin. */
  record(ms: number): void
}

const DEFAULT_BUDGET = { percent: 10, minConcurrency: 1 }
/** How often a percentile is looked up anew, in milliseconds. */
const LOOKED_UP_MS = 250

/** Compiles a route's hedging; all routes of an upstream share its latencies and its budget. */
export function compileHedge(
  { hedge, upstream }: Pick<ResolvedRoute, 'hedge' | 'upstream'>,
  { keep, clock }: Pick<Services, 'keep' | 'clock'>,
): HedgePlan | undefined {
  if (!hedge) return undefined
  const { after, max } = hedge
  const given = upstream.settings.hedge?.budget ?? DEFAULT_BUDGET
  const budget = keep(`hedge-budget:${upstream.name}:${JSON.stringify(given)}`, () => new AttemptBudget(given))
  if (typeof after === 'number') return { max, budget, after: () => after, record: () => undefined }
  const latencies = keep(`latencies:${upstream.name}`, () => new LatencyWindow(clock))
  const share = Number(after.slice(1)) / 100
  let known: number | undefined
  let lookedUpAt = Number.NEGATIVE_INFINITY
  return {
    max,
    budget,
    after: () => {
      if (clock.now() - lookedUpAt >= LOOKED_UP_MS) {
        lookedUpAt = clock.now()
        known = latencies.percentile(share)
      }
      return known
    },
    record: (ms) => latencies.record(ms),
  }
}
