import { UPSTREAM_FAILURES } from '../../sdk/fallback.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { RolloutState, SideIndex } from './rollout-state.js'

const FAILURES: ReadonlySet<string> = new Set(UPSTREAM_FAILURES)

/**
 * Tells a rollout what comes of an exchange's call: a status from 500 on, a call that fails, and one that a fallback stands in for are failures;
 * a response that breaks off, or that does not match its schema, is one failure more.
 */
export function watchOutcome(exchange: GatewayExchange, state: RolloutState, side: SideIndex): void {
  const { generation } = state
  let well = false
  exchange.onUpstream(({ problem, status }) => {
    // What is no fault of the upstream's, such as a request body that is too large, says nothing of it.
    if (problem && !FAILURES.has(problem.code)) return undefined
    well = problem === undefined && status < 500 && exchange.fallback?.to !== 'upstream'
    state.record(side, generation, !well)
    return undefined
  })
  exchange.onFinish(() => {
    if (well && exchange.problem !== undefined && FAILURES.has(exchange.problem)) state.record(side, generation, true)
  })
}
