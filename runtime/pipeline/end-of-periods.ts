import type { PeriodSettings } from '../../sdk/schemas/time.js'

/** When it is over that some of the periods hold at `wall`: the latest end among those, in milliseconds since 1970; undefined if none holds. */
export function endOfPeriods(periods: readonly PeriodSettings[], wall: number): number | undefined {
  let until: number | undefined
  for (const { start, end } of periods) if (start <= wall && wall < end && end > (until ?? 0)) until = end
  return until
}
