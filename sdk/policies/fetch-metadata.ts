import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import type { BaseContext } from '../types.js'

const options = z.strictObject({
  /** Lets pages of other origins of the same site call, such as `app.example.org` for `api.example.org`. Default true. */
  sameSite: z.boolean().default(true),
  /** Lets pages of other sites link here: top-level navigations with GET or HEAD. Default true. */
  navigations: z.boolean().default(true),
  /** What becomes of a request without `Sec-Fetch-Site`: programs and old browsers send none. Default `allow`. */
  missing: z.enum(['allow', 'deny']).default('allow'),
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  mode,
})

/** Parsed options of {@link fetchMetadata}. */
export type FetchMetadataSettings = z.output<typeof options>

export const fetchMetadataDefinition = {
  name: 'fetch-metadata',
  phase: 'admit',
  options,
  effects: (): Effects => ({
    problems: ['CROSS_SITE_REQUEST'],
    headers: [{ name: 'Vary', description: 'Names the `Sec-Fetch-*` fields that decide.', on: 'any' }],
  }),
} as const satisfies PolicyDefinition<'fetch-metadata'>

/** Options of {@link fetchMetadata}. */
export interface FetchMetadataOptions {
  /** Lets pages of other origins of the same site call, such as `app.example.org` for `api.example.org`. Default true. */
  readonly sameSite?: boolean
  /** Lets pages of other sites link here: top-level navigations with GET or HEAD. Default true. */
  readonly navigations?: boolean
  /** What becomes of a request without `Sec-Fetch-Site`: programs and old browsers send none. Default `allow`. */
  readonly missing?: 'allow' | 'deny'
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  readonly mode?: Mode
}

/**
 * Keeps pages of other sites from acting with a user's cookies (cross-site request forgery), by what browsers say of a request in
 * `Sec-Fetch-Site`, `Sec-Fetch-Mode` and `Sec-Fetch-Dest` (W3C Fetch Metadata). Preflights pass. Not for routes that pages of other
 * sites shall call: those want `cors` and no cookies.
 */
export function fetchMetadata(given: FetchMetadataOptions = {}): Policy<BaseContext, unknown, 403> {
  return bindPolicy(fetchMetadataDefinition, given, fetchMetadata) as Policy<BaseContext, unknown, 403>
}
