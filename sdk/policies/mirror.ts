import { z } from 'zod'
import { bindPolicy, type Policy, type PolicyDefinition } from '../policy.js'
import type { ResolvedUpstream } from '../resolved.js'
import { type Duration, duration, headerName, type Size, size } from '../schemas/text.js'
import type { BaseContext } from '../types.js'
import type { Upstream } from '../upstream.js'
import { editableHeader } from './headers.js'

const place = z
  .string()
  .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'expected a JSON Pointer (RFC 6901) such as "/updatedAt", or "/items/*/id" for every element')

const options = z.strictObject({
  /** The upstream that gets the copies, a value made by `upstream`. */
  to: z.custom<ResolvedUpstream>(() => true, 'expected an upstream'),
  /** Share of the requests that are copied, spread evenly: more than 0, up to 1. */
  sample: z.number().gt(0).max(1).default(1),
  /** Copies requests whose method is not safe too, such as POST: what they do is then done twice. */
  unsafe: z.boolean().default(false),
  /** Largest request body that is copied. */
  limit: size.prefault('64kb'),
  /** Most copies under way at a time; more are dropped. */
  concurrency: z.int().min(1).max(10_000).default(16),
  /** Longest wait for the response to a copy. */
  timeout: duration.prefault('10s'),
  /** Whether copies carry the caller’s credentials and cookies, and tokens that the gateway makes for the upstream. */
  credentials: z.enum(['strip', 'keep']).default('strip'),
  /** Header that tells copies from requests, with the value `1`. The callers’ own is not sent on. */
  header: editableHeader.prefault('x-gatewright-mirror'),
  /** Compares what both upstreams answer. Default: nothing is compared. */
  diff: z
    .strictObject({
      /** Places in bodies that may differ, as JSON Pointers; `*` is any element or member. */
      ignore: z.array(place).max(100).default([]),
      /** Whether the order of lists counts. */
      arrays: z.enum(['ordered', 'unordered']).default('ordered'),
      /** Response headers that are compared. */
      headers: z.array(headerName).default(['content-type']),
      /** Largest response body that is compared, before and after its content coding is undone. */
      limit: size.prefault('256kb'),
    })
    .optional(),
})

/** Parsed options of {@link mirror}. */
export type MirrorSettings = z.output<typeof options>

/** Parsed options of a mirror's `diff`. */
export type DiffSettings = NonNullable<MirrorSettings['diff']>

export const mirrorDefinition = {
  name: 'mirror',
  phase: 'forward',
  options,
  effects: () => ({}),
  upstreams: ['to'],
} as const satisfies PolicyDefinition<'mirror'>

/** What a mirror compares of the two responses to one request; see {@link MirrorOptions.diff}. */
export interface DiffOptions {
  /** Places in bodies that may differ, as JSON Pointers (RFC 6901); `*` is any element or member. Default: none. */
  readonly ignore?: readonly `/${string}`[]
  /** Whether the order of lists counts. Default `ordered`. */
  readonly arrays?: 'ordered' | 'unordered'
  /** Response headers that are compared. Default `content-type`. */
  readonly headers?: readonly string[]
  /** Largest response body that is compared, before and after its content coding is undone. Default `256kb`. */
  readonly limit?: Size
}

/** Options of {@link mirror}. */
export interface MirrorOptions {
  /** The upstream that gets the copies. */
  // biome-ignore lint/suspicious/noExplicitAny: an upstream of any name
  readonly to: Upstream<any>
  /** Share of the requests that are copied, spread evenly: more than 0, up to 1. Default 1. */
  readonly sample?: number
  /** Copies requests whose method is not safe (RFC 9110 section 9.2.1) too: what they do is then done twice. Default false. */
  readonly unsafe?: boolean
  /** Largest request body that is copied. Default `64kb`. */
  readonly limit?: Size
  /** Most copies under way at a time; more are dropped. Default 16. */
  readonly concurrency?: number
  /** Longest wait for the response to a copy. Default `10s`. */
  readonly timeout?: Duration
  /** Whether copies carry the caller's credentials and cookies, and tokens that the gateway makes for the upstream. Default `strip`. */
  readonly credentials?: 'strip' | 'keep'
  /** Header that tells copies from requests, with the value `1`. Default `x-gatewright-mirror`. */
  readonly header?: string
  /** Compares what both upstreams answer, by the route's response schemas, and reports where they differ. Default: nothing is compared. */
  readonly diff?: DiffOptions
}

/**
 * Sends copies of requests to another upstream as well, whose responses no caller sees: nothing that becomes of a copy delays, changes or fails
 * the request it was made of. With `diff` both responses are compared, and where they differ is counted, logged and listed at `/mirrors`.
 */
export function mirror(given: MirrorOptions): Policy<BaseContext, unknown, never> {
  return bindPolicy(mirrorDefinition, given, mirror) as Policy<BaseContext, unknown, never>
}
