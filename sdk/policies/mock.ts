import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Duration, duration } from '../schemas/text.js'
import type { BaseContext } from '../types.js'

const options = z.strictObject({
  /** The declared status to answer. Default: the first 2xx of the route's `responses`, else its first. */
  status: z.int().min(200).max(599).optional(),
  /** Another seed gives other values; the same seed and request always the same. Default 1. */
  seed: z.int().default(1),
  /** How long an answer takes. Default `0ms`. */
  delay: duration.prefault('0ms'),
})

export const mockDefinition = {
  name: 'mock',
  phase: 'forward',
  options,
  effects: (): Effects => ({
    headers: [{ name: 'Preference-Applied', description: 'The preference that chose the answer (RFC 7240 section 3).', on: 'any' }],
    requestHeaders: [
      {
        name: 'Prefer',
        description: 'Chooses the answer: `code=404` a declared status, `example=2` one of its examples (RFC 7240).',
        required: false,
      },
    ],
  }),
} as const satisfies PolicyDefinition<'mock'>

/** Options of {@link mock}. */
export interface MockOptions {
  /** The declared status to answer. Default: the first 2xx of the route's `responses`, else its first. */
  readonly status?: number
  /** Another seed gives other values; the same seed and request always the same. Default 1. */
  readonly seed?: number
  /** How long an answer takes. Default `0ms`. */
  readonly delay?: Duration
}

/**
 * Answers from the schemas of the route's `responses` instead of calling the upstream: the first of a schema's `examples`, else values made
 * up from it. Callers choose with `Prefer: code=404` among the declared statuses, and with `Prefer: example=2` among the examples (RFC 7240).
 */
export function mock(given: MockOptions = {}): Policy<BaseContext, unknown, never> {
  return bindPolicy(mockDefinition, given, mock) as Policy<BaseContext, unknown, never>
}
