import type { QuotaRateSettings } from '../../sdk/schemas/quota-rate.js'
import type { LimitAnswer } from '../limits/answer-limit.js'
import { compileCalendar } from '../limits/calendar.js'
import { compileSettlement } from '../limits/compile-settlement.js'
import { labelOf, printable, seconds } from '../limits/limit-label.js'
import { type Counter, limiterStep } from '../limits/limiter-step.js'
import { pickPlan } from '../limits/pick-plan.js'
import { readCost } from '../limits/read-cost.js'
import type { QuotaDecision } from '../stores/quota.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `quota`; its step is synchronous where the counters are in this process. */
export const compileQuota: CompilePolicy<'quota'> = (settings, context) => {
  const { key, identity, services } = context
  const { by, legacyHeaders, onStoreFailure, timeZone, anchor } = settings
  const name = printable(settings.name ?? key)
  const label = labelOf(name)
  const owner = settings.name === undefined ? identity : `name:${settings.name}`
  const refused = { limiter: identity }
  const onRefused = (): void => services.count('gatewright_quota_exceeded_total', refused)

  const counterOf = pickPlan(settings, context, ({ count, unit }: QuotaRateSettings): Counter => {
    const boundsAt = compileCalendar(unit, timeZone, anchor)
    const bounds = () => boundsAt(services.clock.wall())
    const texts = [{ name, label, count, detail: `The quota of ${count} request${count === 1 ? '' : 's'} per ${unit} is used up.` }]
    let told = 0
    let answer: LimitAnswer = { key, policy: '', texts, legacyHeaders, code: 'QUOTA_EXCEEDED', onRefused }
    return {
      name: `${owner}@${unit}-${timeZone}-${anchor}\0`,
      whole: count,
      answer() {
        const [, start, end] = bounds()
        // Windows differ in length: months, and days on which the clock is changed.
        if (start !== told) answer = { ...answer, policy: `${label};q=${count};w=${seconds(end - start)}` }
        told = start
        return answer
      },
      take(store, counted, cost) {
        const decision = store.spend(counted, count, bounds(), cost)
        return decision instanceof Promise ? decision.then((one) => [one]) : [decision]
      },
      settle: (store, counted, [taken], cost, due) =>
        store.repay(counted, (taken as QuotaDecision).window, Math.min(due, count) - Math.min(cost, count)),
    }
  })
  const [costOf, followUp] = [readCost(settings.cost, context), compileSettlement(settings, context)]
  return { request: limiterStep({ by, onStoreFailure, counterOf, costOf, followUp }, context) }
}
