import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import type { BaseContext } from '../types.js'

const name = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a cookie')
const attribute = z.string().regex(/^[\u0021-\u003a\u003c-\u007e]+$/, 'expected a value without spaces and ";"')

const options = z.strictObject({
  /** Which of the caller's cookies go upstream. */
  request: z
    .strictObject({
      /** Sends these cookies alone. Default: all. */
      keep: z.array(name).optional(),
      /** Sends all cookies but these. */
      remove: z.array(name).default([]),
    })
    .prefault({}),
  /** Edits of the `Set-Cookie` lines that come from the upstream. */
  response: z
    .strictObject({
      /** Drops the cookies of these names. */
      remove: z.array(name).default([]),
      /** Sets `Path`. */
      path: attribute.regex(/^\//, 'expected a path that begins with "/"').optional(),
      /** Sets `Domain`; `false` removes it, so that the cookie is the gateway's host's alone. */
      domain: z.union([attribute, z.literal(false)], 'expected a domain or false').optional(),
      /** Adds `Secure`. Default false. */
      secure: z.boolean().default(false),
      /** Adds `HttpOnly`. Default false. */
      httpOnly: z.boolean().default(false),
      /** Sets `SameSite`; `none` needs `secure`. */
      sameSite: z.enum(['strict', 'lax', 'none']).optional(),
    })
    .refine(({ sameSite, secure }) => sameSite !== 'none' || secure, 'browsers take `sameSite: "none"` with `secure: true` only')
    .prefault({}),
})

/** Parsed options of {@link cookies}. */
export type CookiesSettings = z.output<typeof options>

export const cookiesDefinition = {
  name: 'cookies',
  phase: 'transform',
  options,
  effects: (): Effects => ({}),
} as const satisfies PolicyDefinition<'cookies'>

/** Options of {@link cookies}. */
export interface CookiesOptions {
  /** Which of the caller's cookies go upstream: these alone (`keep`), all but these (`remove`). Default: all. */
  readonly request?: { readonly keep?: readonly string[]; readonly remove?: readonly string[] }
  /** Edits of the `Set-Cookie` lines that come from the upstream. */
  readonly response?: {
    /** Drops the cookies of these names. */
    readonly remove?: readonly string[]
    /** Sets `Path`. */
    readonly path?: `/${string}`
    /** Sets `Domain`; `false` removes it, so that the cookie is the gateway's host's alone. */
    readonly domain?: string | false
    /** Adds `Secure`. Default false. */
    readonly secure?: boolean
    /** Adds `HttpOnly`. Default false. */
    readonly httpOnly?: boolean
    /** Sets `SameSite`; `none` needs `secure`. */
    readonly sameSite?: 'strict' | 'lax' | 'none'
  }
}

/** Chooses the cookies that go upstream and edits those that the upstream sets (RFC 6265). `__Host-` cookies keep their path and domain. */
export function cookies(given: CookiesOptions): Policy<BaseContext, unknown, never> {
  return bindPolicy(cookiesDefinition, given, cookies) as Policy<BaseContext, unknown, never>
}
