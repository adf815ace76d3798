import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import { type Duration, duration } from '../schemas/text.js'
import type { BaseContext } from '../types.js'

const options = z
  .strictObject({
    /** What is shed first: `sheddable`, then `normal`; `critical` only from twice the full bound on. Default `normal`. */
    criticality: z.enum(['critical', 'normal', 'sheddable']).default('normal'),
    /** Delay of the event loop from which `sheddable` requests begin to be refused. Default `50ms`. */
    from: duration.prefault('50ms'),
    /** Delay at which all but `critical` requests are refused. Default `200ms`. */
    full: duration.prefault('200ms'),
    /** Part of the time that the event loop is busy, below which nothing is refused. Default 0.8. */
    utilisation: z.number().min(0).max(1).default(0.8),
    /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
    mode,
  })
  .superRefine(({ from, full }, ctx) => {
    if (from >= full) ctx.addIssue({ code: 'custom', path: ['full'], message: 'expected a delay above `from`' })
  })

/** Parsed options of {@link loadShedding}. */
export type LoadSheddingSettings = z.output<typeof options>

export const loadSheddingDefinition = {
  name: 'load-shedding',
  phase: 'admit',
  options,
  effects: (): Effects => ({
    problems: ['OVERLOADED'],
    headers: [{ name: 'Retry-After', description: 'Seconds after which to try again.', on: 'problems' }],
  }),
} as const satisfies PolicyDefinition<'load-shedding'>

/** Options of {@link loadShedding}. */
export interface LoadSheddingOptions {
  /** What is shed first: `sheddable`, then `normal`; `critical` only from twice the full bound on. Default `normal`. */
  readonly criticality?: 'critical' | 'normal' | 'sheddable'
  /** Delay of the event loop from which `sheddable` requests begin to be refused. Default `50ms`. */
  readonly from?: Duration
  /** Delay at which all but `critical` requests are refused. Default `200ms`. */
  readonly full?: Duration
  /** Part of the time that the event loop is busy, below which nothing is refused. Default 0.8. */
  readonly utilisation?: number
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  readonly mode?: Mode
}

/**
 * Refuses a growing part of the requests with OVERLOADED as the event loop of the process falls behind, the least critical first, so that
 * the rest is still answered in time. Below `server.overload`, which refuses everything, this is what keeps that from being reached.
 */
export function loadShedding(given: LoadSheddingOptions = {}): Policy<BaseContext, unknown, 503> {
  return bindPolicy(loadSheddingDefinition, given, loadShedding) as Policy<BaseContext, unknown, 503>
}
