import { z } from 'zod'
import type { Effects } from '../effects.js'
import { onStoreFailureOption } from '../limits.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import { type Duration, duration } from '../schemas/text.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'

const options = z.strictObject({
  /** Whose requests are counted together, such as `ip`. Default: all of the places that use this limiter. */
  by: keyValue.optional(),
  /** Most requests in flight at a time. */
  limit: z.int().min(1).max(1_000_000),
  /** Lets requests beyond the limit wait for their turn, first come first served in each process. Default: they are refused at once. */
  queue: z
    .strictObject({
      /** Most requests that wait, of one key. */
      size: z.int().min(1).max(100_000),
      /** Longest wait. Default `1s`. */
      maxWait: duration.prefault('1s'),
    })
    .optional(),
  /** When the shared store does not answer in 20 ms: `open` admits (default), `closed` answers 503, `local` counts in this process. */
  onStoreFailure: onStoreFailureOption.default('open'),
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  mode,
})

/** Parsed options of {@link concurrency}. */
export type ConcurrencySettings = z.output<typeof options>

export const concurrencyDefinition = {
  name: 'concurrency',
  phase: 'admit',
  phaseOf: ({ by }: ConcurrencySettings) => (by?.needsAuth ? 'limit' : 'admit'),
  options,
  effects: ({ onStoreFailure }: ConcurrencySettings): Effects => ({
    problems: onStoreFailure === 'closed' ? ['CONCURRENCY_LIMITED', 'UNAVAILABLE'] : ['CONCURRENCY_LIMITED'],
    headers: [{ name: 'Retry-After', description: 'Seconds after which to try again.', on: 'problems' }],
  }),
} as const satisfies PolicyDefinition<'concurrency'>

/** Options of {@link concurrency}. */
export interface ConcurrencyOptions<N> {
  /** Whose requests are counted together, such as `ip`. Default: all of the places that use this limiter. */
  readonly by?: Key<N, string>
  /** Most requests in flight at a time. */
  readonly limit: number
  /** Lets requests beyond the limit wait for their turn, first come first served in each process. Default: they are refused at once. */
  readonly queue?: { readonly size: number; readonly maxWait?: Duration }
  /** When the shared store does not answer in 20 ms: `open` admits (default), `closed` answers 503, `local` counts in this process. */
  readonly onStoreFailure?: 'open' | 'closed' | 'local'
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  readonly mode?: Mode
}

/**
 * Bounds how many requests of one key are in flight at a time, from here until the response is finished, fails or its client leaves;
 * refuses with CONCURRENCY_LIMITED. The slots are shared by every process through Redis where the gateway has it; those of a process that
 * dies are free ten seconds later. The same limiter used on several routes counts once.
 */
export function concurrency<N = unknown>(given: ConcurrencyOptions<N>): Policy<N & BaseContext, unknown, 429> {
  return bindPolicy(concurrencyDefinition, given, concurrency) as Policy<N & BaseContext, unknown, 429>
}
