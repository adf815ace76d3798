import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import { timeZone } from '../schemas/quota-rate.js'
import { type TimeOfDay, timeOfDay } from '../schemas/time.js'
import type { BaseContext } from '../types.js'

/** Days of the week as `Intl` writes them in English, in lower case. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const options = z
  .strictObject({
    /** Days on which calls are admitted. Default: every day. */
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .default([...DAYS]),
    /** First minute of the day, such as `08:00`. Default `00:00`. */
    from: timeOfDay.prefault('00:00'),
    /** First minute that is over again, such as `18:00`; before `from`, it is on the next day. Default `24:00`. */
    to: timeOfDay.prefault('24:00'),
    /** Where days and times are meant, such as `Europe/Berlin`. */
    timeZone,
    /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
    mode,
  })
  .superRefine(({ from, to }, ctx) => {
    if (from === to) ctx.addIssue({ code: 'custom', path: ['to'], message: '`from` and `to` are the same: the window is empty' })
  })

/** Parsed options of {@link timeWindow}. */
export type TimeWindowSettings = z.output<typeof options>

export const timeWindowDefinition = {
  name: 'time-window',
  phase: 'authorize',
  options,
  effects: (): Effects => ({ problems: ['OUTSIDE_HOURS'] }),
} as const satisfies PolicyDefinition<'time-window'>

/** Options of {@link timeWindow}. */
export interface TimeWindowOptions {
  /** Days on which calls are admitted; a window over midnight belongs to the day on which it begins. Default: every day. */
  readonly days?: readonly (typeof DAYS)[number][]
  /** First minute of the day, such as `08:00`. Default `00:00`. */
  readonly from?: TimeOfDay
  /** First minute that is over again, such as `18:00`; before `from`, it is on the next day. Default `24:00`. */
  readonly to?: TimeOfDay
  /** Where days and times are meant, such as `Europe/Berlin`. */
  readonly timeZone: string
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  readonly mode?: Mode
}

/** Admits calls at certain hours of certain days, by the clock of a time zone; refuses with OUTSIDE_HOURS after authentication. */
export function timeWindow(given: TimeWindowOptions): Policy<BaseContext, unknown, 403> {
  return bindPolicy(timeWindowDefinition, given, timeWindow) as Policy<BaseContext, unknown, 403>
}
