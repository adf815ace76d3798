import { STAMP, type Stamp } from '../stamp.js'
import type { Key, Schema } from '../types.js'
import type { Upstream } from '../upstream.js'

/** What a call's options are before they are checked; the load reads them with a strict schema. */
export type UntypedCallOptions = Readonly<Record<string, unknown>>

/** What a part does, with the types taken off. */
export type PartSpec =
  | { readonly kind: 'call'; readonly upstream: unknown; readonly options: UntypedCallOptions }
  | { readonly kind: 'derive'; readonly needs: SourceMap; readonly run: (from: never) => unknown }
  | { readonly kind: 'each'; readonly list: AnyPart; readonly item: AnyPart; readonly each: AnyPart; readonly options: unknown }
  /** Stands for one element of the list that an `each` goes through. */
  | { readonly kind: 'item' }

/**
 * One value that a composed route gathers. `Needs` is what it reads of the context, `V` its value, with `null` where it may be
 * missing; `O` is true where its failure leaves the rest standing.
 */
export interface Part<in Needs, out V, out O extends boolean = boolean> {
  readonly '~part': PartSpec
  readonly '~needs'?: ((needs: Needs) => void) | undefined
  readonly '~value'?: (() => V) | undefined
  readonly '~optional'?: O | undefined
  readonly [STAMP]: Stamp
}

export type AnyPart = Part<never, unknown>

/** Where a value may come from: another part, or a key that reads it from the request. */
export type Source = AnyPart | Key<never, unknown>

/** Sources by name. */
export type SourceMap = Readonly<Record<string, Source>>

/** The value of a source. */
export type ValueOf<S> = S extends Part<never, infer V> ? V : S extends { readonly read: (ctx: never) => infer V } ? V : never

/** The values of several sources, by name. */
export type From<M> = { readonly [K in keyof M]: ValueOf<M[K]> }

/** What all of several sources read of the context, together. */
export type SourceNeeds<M> = [keyof M] extends [never]
  ? unknown
  : M[keyof M] extends { readonly '~needs'?: ((needs: infer N) => void) | undefined }
    ? N
    : never

/** Makes a part. */
export function makePart<N, V, O extends boolean>(spec: PartSpec, stamp: Stamp): Part<N, V, O> {
  return Object.freeze({ '~part': spec, [STAMP]: stamp })
}

/** True for what {@link makePart} made. */
export function isPart(value: unknown): value is AnyPart {
  return typeof value === 'object' && value !== null && '~part' in value
}

/** What a call asks of an upstream that may have any name. */
// biome-ignore lint/suspicious/noExplicitAny: an upstream of any name
export type AnyUpstream = Upstream<any>

/** Null where a part may be missing. */
export type NullIf<O extends boolean> = O extends true ? null : never

export type { Schema }
