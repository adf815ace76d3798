import { z } from 'zod'
import { type Auth, bindAuth } from '../auth.js'
import type { Effects, SecurityEffect } from '../effects.js'
import type { PolicyDefinition } from '../policy.js'
import { type Duration, duration, headerName, httpUrl } from '../schemas/text.js'
import { keyValue, zodSchema } from '../schemas/values.js'
import type { BaseContext, Key, Out, Schema } from '../types.js'

const cache = z.strictObject({
  /** How long a decision is used again. */
  ttl: duration,
  /** What alone the decision depends on, such as `ip`. Default: everything that the service is shown. */
  by: keyValue.optional(),
  /** How long after its `ttl` a decision to let pass is still used while the service cannot be reached. Default: not at all. */
  staleOnError: duration.prefault('0s'),
  /** Decisions kept. Default 10,000. */
  max: z.int().min(1).max(1_000_000).default(10_000),
})

const options = z
  .strictObject({
    /** Where the decision is asked for, with GET. A status of 200 to 299 lets pass; 401 and 403 refuse. */
    url: httpUrl,
    /** Request headers with the caller's credentials: shown to the service, and stripped. */
    headers: z.array(headerName).min(1),
    /** Further request headers to show to the service. Default: none. */
    show: z.array(headerName).default([]),
    /** Headers of the service's answer that are sent upstream, in place of any the client sent. Default: none. */
    upstreamHeaders: z.array(headerName).default([]),
    /** Schema of the service's answer headers, by lower-case name; what it yields is `ctx.auth.data`. */
    data: zodSchema.optional(),
    /** Longest wait for the service. Default `3s`. */
    timeout: duration.prefault('3s'),
    /** Decisions to remember. Default: none, each request is asked about. */
    cache: cache.optional(),
    /** Sends the credentials on to the upstream. Default false: they are stripped. */
    forward: z.boolean().default(false),
  })
  .superRefine(({ headers, show, upstreamHeaders }, ctx) => {
    const both = [...show, ...upstreamHeaders].find((name) => headers.includes(name))
    if (both !== undefined) ctx.addIssue({ code: 'custom', path: ['headers'], message: `"${both}" is named twice` })
  })

/** Parsed options of {@link forwardAuth}; durations in milliseconds. */
export type ForwardAuthSettings = z.output<typeof options>

function securityOf({ headers }: ForwardAuthSettings): SecurityEffect[] {
  const description = 'A credential that the gateway’s authorization service accepts.'
  // Cookies are the browser's business, not a client's.
  return headers
    .filter((header) => header !== 'cookie')
    .map((header) =>
      header === 'authorization'
        ? { scheme: 'forwardAuth', type: 'bearer', description }
        : { scheme: 'forwardAuth', type: 'apiKey', header, description },
    )
}

export const forwardAuthDefinition = {
  name: 'forward-auth',
  phase: 'authenticate',
  options,
  effects: (settings: ForwardAuthSettings): Effects => ({
    problems: ['UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'FORBIDDEN', 'AUTH_UNAVAILABLE'],
    headers: [
      { name: 'WWW-Authenticate', description: 'How to authenticate, as the authorization service says.', on: 'problems' },
      { name: 'Retry-After', description: 'Seconds after which the authorization service is asked again.', on: 'problems' },
    ],
    security: securityOf(settings),
  }),
} as const satisfies PolicyDefinition<'forward-auth'>

/** Options of {@link forwardAuth}. */
export interface ForwardAuthOptions<D extends Schema> {
  /** Where the decision is asked for, with GET. A status of 200 to 299 lets pass; 401 and 403 refuse. */
  readonly url: string
  /** Request headers with the caller's credentials: shown to the service, and stripped. */
  readonly headers: readonly string[]
  /** Further request headers to show to the service. Default: none. */
  readonly show?: readonly string[]
  /** Headers of the service's answer that are sent upstream, in place of any the client sent. Default: none. */
  readonly upstreamHeaders?: readonly string[]
  /** Schema of the service's answer headers, by lower-case name; what it yields is `ctx.auth.data`. */
  readonly data?: D
  /** Longest wait for the service. Default `3s`. */
  readonly timeout?: Duration
  /** Decisions to remember; `by` is what alone they depend on. Default: none. */
  readonly cache?: {
    readonly ttl: Duration
    readonly by?: Key<BaseContext, string>
    readonly staleOnError?: Duration
    readonly max?: number
  }
  /** Sends the credentials on to the upstream. Default false: they are stripped. */
  readonly forward?: boolean
}

/** What a decision to let pass gives. */
export interface ForwardAuthAuth<D> {
  readonly kind: 'forwardAuth'
  readonly data: D
}

/**
 * Asks a service of yours whether a request may pass, showing it chosen headers, the method and the URL, and never the body.
 * Its redirects are not followed; any answer but 2xx, 401 and 403 is a 503.
 */
export function forwardAuth<D extends Schema = Schema<undefined, undefined>>(
  given: ForwardAuthOptions<D>,
): Auth<ForwardAuthAuth<Out<D>>, 401 | 403 | 503> {
  return bindAuth(forwardAuthDefinition, given, forwardAuth) as Auth<ForwardAuthAuth<Out<D>>, 401 | 403 | 503>
}
