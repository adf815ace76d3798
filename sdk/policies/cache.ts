import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { type Duration, duration, headerName, type Size, size } from '../schemas/text.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'

const options = z
  .strictObject({
    /** What tells callers apart, such as `session.key(auth => auth.claims.sub)`: responses are shared only between requests that agree in all of them. */
    key: z.union([z.array(keyValue).min(1), keyValue.transform((key) => [key])]).default([]),
    /**
     * True where every caller gets the same response whoever it is: lifts the rule that a request with `Authorization` or `Cookie` shares only
     * responses that say `public` or `s-maxage`. Default false.
     */
    public: z.boolean().default(false),
    /** Time that a successful or moved response stays fresh where the upstream states none. Default: such a response is not stored. */
    ttl: duration.optional(),
    /** True to let `ttl` take the place of the upstream's `max-age`, `s-maxage` and `Expires`; `no-store`, `private` and `no-cache` still hold. Default false. */
    override: z.boolean().default(false),
    /** Methods that are answered from the store; only GET fills it. Default both. */
    methods: z
      .array(z.enum(['GET', 'HEAD']))
      .min(1)
      .default(['GET', 'HEAD']),
    /** Request headers that `Vary` may name; a response that varies by another is not stored. */
    vary: z.array(headerName).prefault(['accept', 'accept-encoding', 'accept-language', 'origin']),
    /** Query parameters that are sent upstream and tell responses apart; the others are dropped. Default: the whole query, as received. */
    query: z.array(z.string().min(1)).optional(),
    /** Time after its freshness that a response is still given while it is fetched anew, where the upstream states none (RFC 5861 section 3). */
    staleWhileRevalidate: duration.optional(),
    /** Time after its freshness that a response is given if the upstream fails, where the upstream states none (RFC 5861 section 4). */
    staleIfError: duration.optional(),
    /** True to have many requests for one missing response wait for the first of them. Default true. */
    collapse: z.boolean().default(true),
    /** True to heed the directives of a request's `Cache-Control` (RFC 9111 section 5.2.1); a caller can then reach past the store. Default false. */
    requestDirectives: z.boolean().default(false),
    /** What becomes of a response with `Set-Cookie`: `skip` does not store it (default), `strip` stores it without its cookies. */
    setCookie: z.enum(['skip', 'strip']).default('skip'),
    /** Response header whose words, apart by spaces or commas, are tags to purge by. Default `surrogate-key`. */
    tagHeader: headerName.prefault('surrogate-key'),
    /** Largest body that is stored. Default `1mb`. */
    maxBody: size.prefault('1mb'),
    /** Memory for the responses of this cache in each process; the least recently used go first. Default `64mb`. */
    memory: size.prefault('64mb'),
    /** Where responses are kept: `memory` of each process (default), or `shared` through Redis as well. */
    store: z.enum(['memory', 'shared']).default('memory'),
  })
  .refine(({ override, ttl }) => !override || ttl !== undefined, { path: ['override'], message: 'expected a `ttl` beside it' })

/** Parsed options of {@link cache}. */
export type CacheSettings = z.output<typeof options>

const STATUS = {
  name: 'Cache-Status',
  description: 'What the cache did: `hit` with the seconds left in `ttl`, or why the request was forwarded in `fwd` (RFC 9211).',
  on: 'any',
} as const
const AGE = {
  name: 'Age',
  description: 'Seconds since the upstream made the response, if it comes from a store (RFC 9111 section 5.1).',
  on: 'any',
} as const
const NOT_MODIFIED = { status: 304, description: 'What the caller has is still right (RFC 9110 section 15.4.5).' }
const CONDITIONS = [
  {
    name: 'If-None-Match',
    description: 'Entity tags of what the caller has, to get it again only if it has changed (RFC 9110 section 13.1.2).',
    required: false,
  },
  {
    name: 'If-Modified-Since',
    description: 'When what the caller has was changed, to get it again only if it has been since (RFC 9110 section 13.1.3).',
    required: false,
  },
]
const DIRECTIVES = {
  name: 'Cache-Control',
  description: 'What the caller wants of the cache, such as `no-cache` or `only-if-cached` (RFC 9111 section 5.2.1).',
  required: false,
}

function effectsOf({ requestDirectives }: CacheSettings): Effects {
  return {
    problems: requestDirectives ? ['NOT_CACHED'] : [],
    headers: [STATUS, AGE],
    replies: [NOT_MODIFIED],
    requestHeaders: [...CONDITIONS, ...(requestDirectives ? [DIRECTIVES] : [])],
  }
}

export const cacheDefinition = {
  name: 'cache',
  phase: 'forward',
  options,
  effects: (settings: CacheSettings, method: string): Effects =>
    method === '*' || settings.methods.some((one) => one === method) ? effectsOf(settings) : { headers: [STATUS] },
} as const satisfies PolicyDefinition<'cache'>

/** Options of {@link cache}. */
export interface CacheOptions<N, P extends boolean, D extends boolean> {
  /** What tells callers apart: responses are shared only between requests that agree in all of them. */
  readonly key?: Key<N, string> | readonly Key<N, string>[]
  /** True where every caller gets the same response whoever it is. Default false. */
  readonly public?: P
  /** Time that a successful or moved response stays fresh where the upstream states none. Default: such a response is not stored. */
  readonly ttl?: Duration
  /** True to let `ttl` take the place of the upstream's own times. Default false. */
  readonly override?: boolean
  /** Methods that are answered from the store; only GET fills it. Default both. */
  readonly methods?: readonly ('GET' | 'HEAD')[]
  /** Request headers that `Vary` may name. Default accept, accept-encoding, accept-language and origin. */
  readonly vary?: readonly string[]
  /** Query parameters that are sent upstream and tell responses apart; the others are dropped. Default: the whole query, as received. */
  readonly query?: readonly string[]
  /** Time after its freshness that a response is still given while it is fetched anew (RFC 5861 section 3). */
  readonly staleWhileRevalidate?: Duration
  /** Time after its freshness that a response is given if the upstream fails (RFC 5861 section 4). */
  readonly staleIfError?: Duration
  /** True to have many requests for one missing response wait for the first of them. Default true. */
  readonly collapse?: boolean
  /** True to heed the directives of a request's `Cache-Control`. Default false. */
  readonly requestDirectives?: D
  /** What becomes of a response with `Set-Cookie`. Default `skip`: it is not stored. */
  readonly setCookie?: 'skip' | 'strip'
  /** Response header whose words, apart by spaces or commas, are tags to purge by. Default `surrogate-key`. */
  readonly tagHeader?: string
  /** Largest body that is stored. Default `1mb`. */
  readonly maxBody?: Size
  /** Memory for the responses of this cache in each process. Default `64mb`. */
  readonly memory?: Size
  /** Where responses are kept. Default `memory`. */
  readonly store?: 'memory' | 'shared'
}

/** A cache fits a route with an auth only if its key has something of that auth, or it is declared public. */
type CacheNeeds<N, P extends boolean> = P extends true
  ? N & BaseContext
  : N extends { readonly auth: unknown }
    ? N & BaseContext
    : N & BaseContext & { readonly auth?: undefined }

/**
 * Answers GET and HEAD from stored responses, as a shared cache to RFC 9111, and forgets them after a successful unsafe request on the
 * same path where that route uses the same cache. On a route with an auth the `key` must have something of that auth, or `public: true` is written.
 */
export function cache<N = BaseContext, P extends boolean = false, D extends boolean = false>(
  given: CacheOptions<N, P, D> = {},
): Policy<CacheNeeds<N, P>, unknown, D extends true ? 504 : never> {
  return bindPolicy(cacheDefinition, given, cache) as Policy<CacheNeeds<N, P>, unknown, D extends true ? 504 : never>
}
