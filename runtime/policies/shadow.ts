import { type CompiledPolicy, Problem, type RequestStep } from '../../sdk/index.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Services } from '../services.js'

/**
 * A policy in `mode: 'shadow'`: what it would have refused passes, counted as
 * `gatewright_shadow_refusals_total` by policy, route and code and logged; its edits of the response are undone.
 */
export function inShadow(compiled: CompiledPolicy, policy: string, { count, log }: Pick<Services, 'count' | 'log'>): CompiledPolicy {
  const { request } = compiled
  if (!request) return {}
  const step: RequestStep = (given) => {
    const exchange = given as GatewayExchange
    const before = exchange.responseEdits?.length ?? 0
    const undo = () => void exchange.responseEdits?.splice(before)
    const pass = (error: unknown) => {
      undo()
      if (!(error instanceof Problem)) throw error
      count('gatewright_shadow_refusals_total', { policy, route: exchange.routeId, code: error.code })
      log.info({ policy, route: exchange.routeId, requestId: exchange.requestId, code: error.code, detail: error.detail }, 'would refuse')
    }
    try {
      const result = request(exchange)
      if (result instanceof Promise) return result.then(undo, pass)
      undo()
    } catch (error) {
      pass(error)
    }
    return undefined
  }
  return { request: step }
}
