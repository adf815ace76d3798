import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Mode, mode } from '../schemas/mode.js'
import { type Size, size } from '../schemas/text.js'
import type { BaseContext } from '../types.js'

const json = z.strictObject({
  /** Objects and arrays inside one another. Default 32. */
  depth: z.int().min(1).max(1_000).default(32),
  /** Members of one object. Default 1,000. */
  keys: z.int().min(0).default(1_000),
  /** Elements of one array. Default 10,000. */
  items: z.int().min(1).default(10_000),
  /** One text or member name, as it is written, in UTF-8. Default `64kb`. */
  string: size.prefault('64kb'),
})

const options = z
  .strictObject({
    /** Bounds of JSON bodies, read up to the route's `bodyLimit`; `{}` takes the defaults. Default: none. */
    json: json.optional(),
    /** Bounds of the header, within those of the listener. Default: none. */
    headers: z
      .strictObject({
        /** Number of header lines. */
        count: z.int().min(1).optional(),
        /** All names and values together. */
        size: size.optional(),
      })
      .optional(),
    /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
    mode,
  })
  .superRefine((given, ctx) => {
    if (!given.json && !given.headers) ctx.addIssue({ code: 'custom', path: ['json'], message: 'expected `json`, `headers` or both' })
  })

/** Parsed options of {@link requestCaps}. */
export type RequestCapsSettings = z.output<typeof options>

export const requestCapsDefinition = {
  name: 'request-caps',
  phase: 'validate',
  // What needs no body can be told before anything is spent on the request.
  phaseOf: (settings: RequestCapsSettings) => (settings.json ? 'validate' : 'admit'),
  options,
  effects: (settings: RequestCapsSettings): Effects => ({
    problems: [
      ...(settings.json ? (['BODY_TOO_COMPLEX', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
      ...(settings.headers ? (['HEADERS_TOO_LARGE'] as const) : []),
    ],
  }),
} as const satisfies PolicyDefinition<'request-caps'>

/** Options of {@link requestCaps}; at least one of `json` and `headers`. */
export interface RequestCapsOptions {
  /** Bounds of JSON bodies: depth 32, 1,000 keys, 10,000 items, texts of `64kb` unless set. Default: none. */
  readonly json?: { readonly depth?: number; readonly keys?: number; readonly items?: number; readonly string?: Size }
  /** Bounds of the header, within those of the listener. Default: none. */
  readonly headers?: { readonly count?: number; readonly size?: Size }
  /** `enforce` refuses, `shadow` counts and logs what it would refuse. Default `enforce`. */
  readonly mode?: Mode
}

/**
 * Bounds the shape of JSON bodies before they are parsed, and the header of a route. A JSON body with a content coding is refused with
 * UNSUPPORTED_MEDIA_TYPE, since its shape cannot be seen; bodies of other media types pass.
 */
export function requestCaps(given: RequestCapsOptions): Policy<BaseContext, unknown, 400 | 413 | 415 | 431> {
  return bindPolicy(requestCapsDefinition, given, requestCaps) as Policy<BaseContext, unknown, 400 | 413 | 415 | 431>
}
