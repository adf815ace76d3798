import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { mode } from '../schemas/mode.js'
import { type Duration, duration, type Size, size } from '../schemas/text.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'

const options = z.strictObject({
  /** Whose keys are told apart, such as `session.key(auth => auth.claims.sub)` or `ip`. */
  by: keyValue,
  /** Methods that the policy applies to. Default POST and PATCH. */
  methods: z
    .array(z.enum(['POST', 'PATCH', 'PUT', 'DELETE']))
    .min(1)
    .default(['POST', 'PATCH']),
  /** True to refuse requests without a key. Default false: they pass unprotected. */
  required: z.boolean().default(false),
  /** How long the first response is kept for retries. Default `1d`. */
  ttl: duration.prefault('1d'),
  /** How long a key stays taken by a gateway process that has ended; it is renewed while the request is in flight. Default `30s`. */
  lease: duration.refine((ms) => ms >= 1_000, 'expected at least 1s').prefault('30s'),
  /** Largest response body that is kept; a request with a larger response is not protected. Default `256kb`. */
  maxResponse: size.prefault('256kb'),
  /** When the shared store does not answer: `closed` answers 503 (default), `open` sends the request unprotected. */
  onStoreFailure: z.enum(['open', 'closed']).default('closed'),
  /** `shadow` lets pass what would be refused, and counts it. Default `enforce`. */
  mode,
})

/** Parsed options of {@link idempotency}. */
export type IdempotencySettings = z.output<typeof options>

const appliesTo = ({ methods }: IdempotencySettings, method: string) => method === '*' || methods.some((one) => one === method)

function effectsOf({ required, onStoreFailure }: IdempotencySettings): Effects {
  return {
    problems: [
      'IDEMPOTENCY_KEY_INVALID',
      'IDEMPOTENCY_IN_FLIGHT',
      'IDEMPOTENCY_MISMATCH',
      'PAYLOAD_TOO_LARGE',
      ...(onStoreFailure === 'closed' ? (['UNAVAILABLE'] as const) : []),
    ],
    headers: [
      { name: 'Idempotency-Replayed', description: '`true` on a response that was given before to the same idempotency key.', on: 'any' },
      { name: 'Retry-After', description: 'Seconds after which to try again.', on: 'problems' },
    ],
    requestHeaders: [
      {
        name: 'Idempotency-Key',
        description:
          'Names this operation, so that a retry with the same key and body is carried out once (draft-ietf-httpapi-idempotency-key-header).',
        required,
        maxLength: 257,
        once: true,
      },
    ],
  }
}

export const idempotencyDefinition = {
  name: 'idempotency',
  phase: 'forward',
  options,
  effects: (settings: IdempotencySettings, method: string): Effects => (appliesTo(settings, method) ? effectsOf(settings) : {}),
} as const satisfies PolicyDefinition<'idempotency'>

/** Options of {@link idempotency}. */
export interface IdempotencyOptions<N> {
  /** Whose keys are told apart. */
  readonly by: Key<N, string>
  /** Methods that the policy applies to. Default POST and PATCH. */
  readonly methods?: readonly ('POST' | 'PATCH' | 'PUT' | 'DELETE')[]
  /** True to refuse requests without a key. Default false: they pass unprotected. */
  readonly required?: boolean
  /** How long the first response is kept for retries. Default `1d`. */
  readonly ttl?: Duration
  /** How long a key stays taken by a gateway process that has ended. Default `30s`. */
  readonly lease?: Duration
  /** Largest response body that is kept. Default `256kb`. */
  readonly maxResponse?: Size
  /** When the shared store does not answer. Default `closed`: 503. */
  readonly onStoreFailure?: 'open' | 'closed'
  /** `shadow` lets pass what would be refused, and counts it. Default `enforce`. */
  readonly mode?: 'enforce' | 'shadow'
}

/**
 * Carries out requests with the same `Idempotency-Key` once (draft-ietf-httpapi-idempotency-key-header): a retry gets the first response again.
 * A key is freed for a new try if the upstream failed or answered 408, 425, 429 or 5xx; a client that leaves does not end its request.
 */
export function idempotency<N>(given: IdempotencyOptions<N>): Policy<N & BaseContext, unknown, 400 | 409 | 413 | 422 | 503> {
  return bindPolicy(idempotencyDefinition, given, idempotency) as Policy<N & BaseContext, unknown, 400 | 409 | 413 | 422 | 503>
}
