import { STAMP, type Stamp, stampOf } from '../stamp.js'
import type { From, Part, SourceMap, SourceNeeds } from './part.js'
import type { PartFailure } from './part-errors.js'

/** The names of the parts that may be missing. */
type Missable<M> = {
  [K in keyof M]: M[K] extends Part<never, unknown, infer O> ? ([O] extends [false] ? never : K) : never
}[keyof M] &
  string

/** The value of each part, and of those that failed a list of errors. */
export type Composed<M> = { -readonly [K in keyof M]: From<M>[K] } & ([Missable<M>] extends [never]
  ? unknown
  : { errors?: PartFailure<Missable<M>>[] })

/** What `map` gets: the value of each part, and the errors of those that failed. */
export type Gathered<M> = From<M> & { readonly errors: readonly PartFailure<Missable<M>>[] }

/** Options of {@link compose}. */
export interface ComposeOptions {
  /** The status where an optional part is missing: 200 (default), or 207 so that callers see it at once. */
  readonly partialStatus?: 200 | 207
}

/** Options of {@link compose} with a response of its own making. */
export interface MappedOptions<M, R> extends ComposeOptions {
  /** Turns the parts into the response. Default: an object with each part under its name and, where parts are missing, `errors`. */
  readonly map: (parts: Gathered<M>) => R | Promise<R>
}

/** A response made of several calls. `Needs` is what they read of the context, `R` the response. */
export interface Composition<in Needs, out R> {
  readonly '~composition': true
  readonly '~needs'?: ((needs: Needs) => void) | undefined
  readonly '~result'?: (() => R) | undefined
  readonly parts: SourceMap
  readonly options: { readonly map?: ((parts: never) => unknown) | undefined; readonly partialStatus?: number | undefined }
  readonly [STAMP]: Stamp
}

/**
 * Composes a response of several parts: calls, lists of calls, and keys that read from the request. Parts that do not need one
 * another run side by side. A part that fails ends the request with its problem, unless it is optional or has a fallback.
 */
export function compose<M extends SourceMap & { readonly errors?: never }>(
  parts: M,
  options?: ComposeOptions,
): Composition<SourceNeeds<M>, Composed<M>>
export function compose<M extends SourceMap & { readonly errors?: never }, R>(
  parts: M,
  options: MappedOptions<M, R>,
): Composition<SourceNeeds<M>, R>
export function compose(parts: SourceMap, options: object = {}): Composition<never, unknown> {
  return Object.freeze({ '~composition': true as const, parts, options, [STAMP]: stampOf(compose) })
}
