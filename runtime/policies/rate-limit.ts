import { type Exchange, Problem } from '../../sdk/index.js'
import { answerLimit, type LimitAnswer } from '../limits/answer-limit.js'
import { compileMeter, type Meter } from '../limits/compile-meter.js'
import { compileSettlement } from '../limits/compile-settlement.js'
import { pickPlan } from '../limits/pick-plan.js'
import { readCost } from '../limits/read-cost.js'
import type { LimitDecisions, LimitStore } from '../stores/limit-store.js'
import type { CompilePolicy } from './compiler.js'

/** The shared store is asked again within this time of its return. */
const STORE_RECOVERY_SECONDS = '5'

type CompiledMeter = Meter & LimitAnswer

/** Compiles `rateLimit`; its step is synchronous where the counters are in this process. */
export const compileRateLimit: CompilePolicy<'rate-limit'> = (settings, context) => {
  const { key, identity, services } = context
  const { legacyHeaders, onStoreFailure } = settings
  const refused = { limiter: identity }
  const onRefused = (): void => services.count('gatewright_rate_limited_total', refused)
  const meterOf = pickPlan(settings, context, (limits, plan): CompiledMeter => {
    const meter = compileMeter(limits, plan, settings, context)
    return { ...meter, key, legacyHeaders, code: 'RATE_LIMITED', onRefused }
  })
  const costOf = readCost(settings.cost, context)
  const followUp = compileSettlement(settings, context)

  const decided = (exchange: Exchange, meter: CompiledMeter, caller: string, cost: number, store: LimitStore, taken: LimitDecisions) => {
    answerLimit(exchange, meter, taken)
    followUp?.(exchange, cost, (due) => store.settle(meter.counter + caller, meter.windows, cost, due))
  }

  const take = (exchange: Exchange, meter: CompiledMeter, caller: string, cost: number, store: LimitStore): void | Promise<void> => {
    const taken = store.take(meter.counter + caller, meter.windows, cost)
    if (!(taken instanceof Promise)) return decided(exchange, meter, caller, cost, store, taken)
    const failed = (cause: unknown) => {
      if (store === services.localLimits) throw cause
      return undecided(exchange, meter, caller, cost, cause)
    }
    return taken.then((known) => decided(exchange, meter, caller, cost, store, known), failed)
  }

  const failure = { mode: onStoreFailure }
  const undecided = (exchange: Exchange, meter: CompiledMeter, caller: string, cost: number, cause: unknown): void | Promise<void> => {
    services.count('gatewright_limit_store_failures_total', failure)
    if (onStoreFailure === 'local') return take(exchange, meter, caller, cost, services.localLimits)
    exchange.addResponseHeader('ratelimit-policy', meter.policy)
    if (onStoreFailure === 'closed') throw new Problem('UNAVAILABLE', { headers: ['Retry-After', STORE_RECOVERY_SECONDS], cause })
    exchange.give(key, { remaining: meter.burst })
  }

  return {
    request: (exchange) => take(exchange, meterOf(exchange), settings.by.read(exchange as never), costOf(exchange), services.limits),
  }
}
