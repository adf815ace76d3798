import { z } from 'zod'
import type { Effects, HeaderEffect } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { headerValue } from '../schemas/text.js'
import type { BaseContext } from '../types.js'

const value = z.union([headerValue, z.literal(false)], 'expected a header value or false')

const options = z.strictObject({
  /** Browsers use HTTPS alone from now on (RFC 6797); sent over HTTPS only. Default `max-age=63072000; includeSubDomains`. */
  strictTransportSecurity: value.prefault('max-age=63072000; includeSubDomains'),
  /** `nosniff`: a body is what its media type says (Fetch standard). Default `nosniff`. */
  contentTypeOptions: value.prefault('nosniff'),
  /** A response opened as a page loads nothing and stands in no frame. Default `default-src 'none'; frame-ancestors 'none'`. */
  contentSecurityPolicy: value.prefault("default-src 'none'; frame-ancestors 'none'"),
  /** What links on the response tell of its address. Default `no-referrer`. */
  referrerPolicy: value.prefault('no-referrer'),
  /** Which pages may embed the response without CORS (Fetch standard). Default `same-origin`. */
  crossOriginResourcePolicy: value.prefault('same-origin'),
  /** Features of the browser that a response opened as a page may use. Default: no camera, microphone, place, payment or USB. */
  permissionsPolicy: value.prefault('camera=(), geolocation=(), microphone=(), payment=(), usb=()'),
})

/** Parsed options of {@link securityHeaders}. */
export type SecurityHeadersSettings = z.output<typeof options>

/** The header of each option, as it is written. */
export const SECURITY_HEADERS = {
  strictTransportSecurity: 'Strict-Transport-Security',
  contentTypeOptions: 'X-Content-Type-Options',
  contentSecurityPolicy: 'Content-Security-Policy',
  referrerPolicy: 'Referrer-Policy',
  crossOriginResourcePolicy: 'Cross-Origin-Resource-Policy',
  permissionsPolicy: 'Permissions-Policy',
} as const satisfies Record<keyof SecurityHeadersSettings, string>

export const securityHeadersDefinition = {
  name: 'security-headers',
  // Its response step comes before that of `headers`, which may still change what it sets.
  phase: 'respond',
  options,
  effects: (settings: SecurityHeadersSettings): Effects => ({
    headers: Object.entries(SECURITY_HEADERS).flatMap(([key, name]): HeaderEffect[] =>
      settings[key as keyof SecurityHeadersSettings] === false ? [] : [{ name, description: 'Tells browsers to be careful.', on: 'any' }],
    ),
  }),
} as const satisfies PolicyDefinition<'security-headers'>

/** Options of {@link securityHeaders}: each a value, or `false` to leave the upstream's as it is. */
export interface SecurityHeadersOptions {
  /** Browsers use HTTPS alone from now on (RFC 6797); sent over HTTPS only. Default `max-age=63072000; includeSubDomains`. */
  readonly strictTransportSecurity?: string | false
  /** `nosniff`: a body is what its media type says (Fetch standard). Default `nosniff`. */
  readonly contentTypeOptions?: 'nosniff' | false
  /** A response opened as a page loads nothing and stands in no frame. Default `default-src 'none'; frame-ancestors 'none'`. */
  readonly contentSecurityPolicy?: string | false
  /** What links on the response tell of its address. Default `no-referrer`. */
  readonly referrerPolicy?: string | false
  /** Which pages may embed the response without CORS (Fetch standard). Default `same-origin`. */
  readonly crossOriginResourcePolicy?: 'same-origin' | 'same-site' | 'cross-origin' | false
  /** Features of the browser that a response opened as a page may use. Default: no camera, microphone, place, payment or USB. */
  readonly permissionsPolicy?: string | false
}

/** Sets the response headers that an API wants browsers to obey, on problems too, over any that the upstream sends. */
export function securityHeaders(given: SecurityHeadersOptions = {}): Policy<BaseContext, unknown, never> {
  return bindPolicy(securityHeadersDefinition, given, securityHeaders) as Policy<BaseContext, unknown, never>
}
