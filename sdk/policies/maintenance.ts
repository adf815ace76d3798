import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import { type Duration, duration } from '../schemas/text.js'
import { type Instant, period } from '../schemas/time.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'

const options = z
  .strictObject({
    /** Closes the route now, until the config says otherwise. Default false. */
    active: z.boolean().default(false),
    /** Times at which the route is closed. Default: none. */
    windows: z.array(period).default([]),
    /** What `Retry-After` says where no end is known. Default `5m`. */
    retryAfter: duration.prefault('5m'),
    /** Who may call all the same. Default: nobody. */
    except: z
      .strictObject({
        /** What is looked up, such as `ip` or `partner.key(auth => auth.consumer)`. */
        by: keyValue,
        /** The values that pass. */
        values: z.array(z.string()).min(1),
      })
      .optional(),
    /** `shadow` counts and logs whom it would refuse, and refuses nobody. */
    mode,
  })
  .superRefine(({ windows, active }, ctx) => {
    if (!active && windows.length === 0)
      ctx.addIssue({ code: 'custom', path: ['windows'], message: 'expected `windows` or `active: true`: the route would never be closed' })
  })

/** Parsed options of {@link maintenance}. */
export type MaintenanceSettings = z.output<typeof options>

export const maintenanceDefinition = {
  name: 'maintenance',
  phase: 'admit',
  phaseOf: ({ except }: MaintenanceSettings) => (except?.by.needsAuth ? 'authorize' : 'admit'),
  options,
  effects: (): Effects => ({
    problems: ['MAINTENANCE'],
    headers: [{ name: 'Retry-After', description: 'Seconds until the maintenance is over.', on: 'problems' }],
  }),
} as const satisfies PolicyDefinition<'maintenance'>

/** Options of {@link maintenance}: `windows`, or `active: true`. */
export interface MaintenanceOptions<N> {
  /** Closes the route now, until the config says otherwise. Default false. */
  readonly active?: boolean
  /** Times at which the route is closed, with their offsets. Default: none. */
  readonly windows?: readonly { readonly start: Instant; readonly end: Instant }[]
  /** What `Retry-After` says where no end is known. Default `5m`. */
  readonly retryAfter?: Duration
  /** Who may call all the same. Default: nobody. */
  readonly except?: { readonly by: Key<N, string>; readonly values: readonly string[] }
  /** `shadow` counts and logs whom it would refuse, and refuses nobody. Default `enforce`. */
  readonly mode?: Mode
}

/**
 * Closes routes for a time: MAINTENANCE, with `Retry-After` until the end. Preflights pass, so that pages can read why; so does whoever
 * `except` names.
 */
export function maintenance<N = unknown>(given: MaintenanceOptions<N>): Policy<N & BaseContext, unknown, 503> {
  return bindPolicy(maintenanceDefinition, given, maintenance) as Policy<N & BaseContext, unknown, 503>
}
