import type { HedgeSettings } from '../hedge.js'
import type { PathSegment } from '../path.js'
import type { ResolvedUpstream } from '../resolved.js'
import type { RetrySettings } from '../retry.js'
import type { Schema } from '../types.js'
import type { CallHeaders, CallParam, CallQuery } from './call.js'

/** What a part is computed from, by name; the numbers are places among the composition's parts. */
export type ResolvedNeeds = readonly (readonly [name: string, part: number])[]

type Given<T> = T | ((from: unknown) => T)

/** One call, its options parsed; times in milliseconds. */
export interface ResolvedCall {
  readonly kind: 'call'
  readonly needs: ResolvedNeeds
  readonly upstream: ResolvedUpstream
  readonly method: string
  readonly segments: readonly PathSegment[]
  readonly params: ((from: unknown) => Readonly<Record<string, CallParam>>) | undefined
  readonly query: Given<CallQuery> | undefined
  readonly headers: Given<CallHeaders> | undefined
  readonly upstreamBody: Schema | undefined
  readonly body: ((from: unknown) => unknown) | undefined
  readonly response: Schema
  readonly timeouts: { readonly headers: number; readonly idle: number; readonly total: number | undefined }
  readonly responseLimit: number
  /** The call’s own, or the route’s, or the upstream’s. */
  readonly retry: RetrySettings | false | undefined
  readonly hedge: HedgeSettings | undefined
  /** Undefined where the route’s own holds. */
  readonly affinity: ((from: unknown) => string) | undefined
  /** Undefined where there is none. */
  readonly fallback: { readonly value: unknown } | undefined
  readonly optional: boolean
}

/** A list of calls. */
export interface ResolvedEach {
  readonly kind: 'each'
  readonly list: number
  /** The place that stands for an element of the list. */
  readonly item: number
  readonly call: ResolvedCall
  readonly concurrency: number
  readonly max: number
  readonly optional: boolean
}

/** One part of a composition; what it needs stands before it. */
export type ResolvedPart =
  | ResolvedCall
  | ResolvedEach
  | { readonly kind: 'derive'; readonly needs: ResolvedNeeds; readonly run: (from: unknown) => unknown }
  | { readonly kind: 'key'; readonly read: (ctx: never) => unknown }
  | { readonly kind: 'item' }

/** A composition, complete. */
export interface ResolvedComposition {
  readonly parts: readonly ResolvedPart[]
  /** What the response is made of, by name. */
  readonly outputs: readonly (readonly [name: string, part: number])[]
  readonly map: ((parts: unknown) => unknown) | undefined
  readonly partialStatus: number
  /** Never empty; each once. */
  readonly upstreams: readonly ResolvedUpstream[]
  /** The response as its parts declare it; empty where only the route can. */
  readonly responses: Readonly<Record<number, Schema>>
}
