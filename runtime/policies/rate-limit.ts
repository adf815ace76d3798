import type { LimitAnswer } from '../limits/answer-limit.js'
import { compileMeter } from '../limits/compile-meter.js'
import { compileSettlement } from '../limits/compile-settlement.js'
import { type Counter, limiterStep } from '../limits/limiter-step.js'
import { pickPlan } from '../limits/pick-plan.js'
import { readCost } from '../limits/read-cost.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `rateLimit`. */
export const compileRateLimit: CompilePolicy<'rate-limit'> = (settings, context) => {
  const { key, identity, services } = context
  const { by, legacyHeaders, onStoreFailure } = settings
  const refused = { limiter: identity }
  const onRefused = (): void => services.count('gatewright_rate_limited_total', refused)
  const counterOf = pickPlan(settings, context, (limits, plan): Counter => {
    const { counter, windows, texts, policy, burst } = compileMeter(limits, plan, settings, context)
    const answer: LimitAnswer = { key, policy, texts, legacyHeaders, code: 'RATE_LIMITED', onRefused }
    return {
      name: counter,
      whole: burst,
      answer: () => answer,
      take: (store, counted, cost) => store.take(counted, windows, cost),
      settle: (store, counted, _taken, cost, due) => store.settle(counted, windows, cost, due),
    }
  })
  const [costOf, followUp] = [readCost(settings.cost, context), compileSettlement(settings, context)]
  return { request: limiterStep({ by, onStoreFailure, counterOf, costOf, followUp }, context) }
}
