import { z } from 'zod'
import type { Effects } from '../effects.js'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import { headerName, headerValue } from '../schemas/text.js'
import { keyValue } from '../schemas/values.js'
import type { BaseContext, Key } from '../types.js'

/** Names whose value is the gateway's or the protocol's business (RFC 9110 section 7.6.1, framing, routing). */
const RESERVED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Name of a header that a policy may set. */
export const editableHeader = headerName.refine((text) => !RESERVED.has(text), 'is set by the protocol and cannot be edited')
const value = z.union([headerValue, keyValue], 'expected a header value or a key')

const edits = z.strictObject({
  /** Sets each header, replacing what is there. */
  set: z.record(editableHeader, value).default({}),
  /** Adds each header line beside what is there. */
  add: z.record(editableHeader, value).default({}),
  /** Removes headers by name. */
  remove: z.array(editableHeader).default([]),
})

const options = z.strictObject({
  /** Edits of the request sent upstream. */
  request: edits.omit({ add: true }).prefault({}),
  /** Edits of the response sent to the client. */
  response: edits.prefault({}),
})

/** Parsed options of {@link headers}. */
export type HeadersSettings = z.output<typeof options>

export const headersDefinition = {
  name: 'headers',
  phase: 'transform',
  options,
  effects: (settings: HeadersSettings): Effects => ({
    headers: [...Object.keys(settings.response.set), ...Object.keys(settings.response.add)].map((header) => ({
      name: header,
      description: 'Set by the gateway.',
      on: 'any' as const,
    })),
  }),
} as const satisfies PolicyDefinition<'headers'>

/** Header values by name: a text, or a key that reads it from the context. */
export type HeaderValues = Readonly<Record<string, string | Key<never, string>>>

/** Options of {@link headers}. */
export interface HeadersOptions<Sent extends HeaderValues, Put extends HeaderValues, Added extends HeaderValues> {
  /** Edits of the request sent upstream. */
  readonly request?: { readonly set?: Sent; readonly remove?: readonly string[] }
  /** Edits of the response sent to the client, problems included. */
  readonly response?: { readonly set?: Put; readonly add?: Added; readonly remove?: readonly string[] }
}

/** What all keys among some header values read, together. */
export type NeedsOf<V> = [Extract<V[keyof V], Key<never, string>>] extends [never]
  ? unknown
  : Extract<V[keyof V], Key<never, string>> extends { readonly read: (ctx: infer N) => string }
    ? N
    : never

/** A policy that edits headers; needs what its keys read. */
export type HeadersPolicy<Sent, Put, Added> = Policy<NeedsOf<Sent> & NeedsOf<Put> & NeedsOf<Added> & BaseContext, unknown, never>

/** Sets, adds and removes headers of the request to the upstream and of the response to the client. */
export function headers<Sent extends HeaderValues = {}, Put extends HeaderValues = {}, Added extends HeaderValues = {}>(
  given: HeadersOptions<Sent, Put, Added>,
): HeadersPolicy<Sent, Put, Added> {
  return bindPolicy(headersDefinition, given, headers) as HeadersPolicy<Sent, Put, Added>
}
