import { z } from 'zod'

const modes = z.enum(['off', 'warn', 'enforce'])

/** How a route checks its upstream's responses: a mode, or `warn` for a share of them. */
export const responseCheckSchema = z
  .union(
    [
      modes,
      z.strictObject({
        /** Checks after the response is sent; only this mode can be sampled. */
        mode: z.literal('warn'),
        /** The share of responses that is checked, above 0, up to 1. */
        sample: z.number().gt(0).max(1),
      }),
    ],
    'expected "off", "warn", "enforce" or { mode: "warn", sample }',
  )
  .transform((given) => (typeof given === 'string' ? { mode: given, sample: 1 } : given))

/** Parsed response check. */
export type ResponseCheck = z.output<typeof responseCheckSchema>

/**
 * `warn` counts responses that break `responses` and lets them pass, all of them or a share; `enforce` refuses them with 502
 * and sends what the schema yields; `off` checks only what `mapResponse` transforms.
 */
export type ResponseCheckOptions = 'off' | 'warn' | 'enforce' | { readonly mode: 'warn'; readonly sample: number }
