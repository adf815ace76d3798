import { type Exchange, Problem } from '../../sdk/index.js'
import { endOfPeriods } from '../pipeline/end-of-periods.js'
import { retryAfter } from '../pipeline/retry-after.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles `maintenance`. */
export const compileMaintenance: CompilePolicy<'maintenance'> = (settings, { services: { clock } }) => {
  const { active, windows, except } = settings
  const values = new Set(except?.values)
  const passes = (exchange: Exchange) => except !== undefined && values.has(except.by.read(exchange as never))
  return {
    request(exchange) {
      if (exchange.preflight) return
      const wall = clock.wall()
      const until = active ? wall + settings.retryAfter : endOfPeriods(windows, wall)
      if (until === undefined || passes(exchange)) return
      throw new Problem('MAINTENANCE', { headers: retryAfter(until - wall) })
    },
  }
}
