import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { webOrigin } from '../schemas/origin.js'
import { type Duration, duration, headerName } from '../schemas/text.js'
import type { BaseContext } from '../types.js'

const options = z
  .strictObject({
    /** Allowed origins, compared exactly; or `*` for any, without credentials. */
    origins: z.union([z.literal('*'), z.array(webOrigin).min(1)], 'expected "*" or a list of origins'),
    /** Lets browsers send cookies and HTTP authentication. Default false. */
    credentials: z.boolean().default(false),
    /** Request headers that scripts may set. Default: those that the preflight asks for. */
    requestHeaders: z.array(headerName).optional(),
    /** Response headers that scripts may read. Default: the gateway's own. */
    exposeHeaders: z.array(headerName).default(['ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id']),
    /** How long browsers may keep a preflight's answer. Default `10m`. */
    maxAge: duration.prefault('10m'),
  })
  .superRefine((given, ctx) => {
    if (given.origins === '*' && given.credentials)
      ctx.addIssue({
        code: 'custom',
        path: ['credentials'],
        message: 'credentials need a list of origins: with "*" any site could act as the user',
      })
  })

/** Parsed options of {@link cors}. */
export type CorsSettings = z.output<typeof options>

export const corsDefinition = {
  name: 'cors',
  phase: 'admit',
  options,
  effects: (settings: CorsSettings): Effects => ({
    headers: [
      { name: 'Access-Control-Allow-Origin', description: 'The origin that may read the response (Fetch standard).', on: 'any' },
      ...(settings.credentials
        ? [{ name: 'Access-Control-Allow-Credentials', description: '`true`: cookies may be sent.', on: 'any' as const }]
        : []),
      ...(settings.exposeHeaders.length > 0
        ? [{ name: 'Access-Control-Expose-Headers', description: 'Response headers that scripts may read.', on: 'any' as const }]
        : []),
      { name: 'Vary', description: 'Always names `Origin`.', on: 'any' },
    ],
  }),
} as const satisfies PolicyDefinition<'cors'>

/** Allowed origins: any, or those listed. */
export type CorsOrigins = '*' | readonly (`${'http' | 'https'}://${string}` | 'null')[]

/** Options of {@link cors}: any origin without credentials, or listed origins. */
export interface CorsOptions<O extends CorsOrigins> {
  /** Allowed origins, compared exactly; or `*` for any, without credentials. */
  readonly origins: O
  /** Lets browsers send cookies and HTTP authentication. Default false. */
  readonly credentials?: O extends '*' ? false : boolean
  /** Request headers that scripts may set. Default: those that the preflight asks for. */
  readonly requestHeaders?: readonly string[]
  /** Response headers that scripts may read. Default: the gateway's own. */
  readonly exposeHeaders?: readonly string[]
  /** How long browsers may keep a preflight's answer. Default `10m`. */
  readonly maxAge?: Duration
}

/** Lets browsers on other origins call (Fetch standard, CORS protocol). Preflights are answered from the route table, before auth. */
export function cors<const O extends CorsOrigins>(given: CorsOptions<O>): Policy<BaseContext, unknown, never> {
  return bindPolicy(corsDefinition, given, cors) as Policy<BaseContext, unknown, never>
}
