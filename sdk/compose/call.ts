import type { HedgeOptions } from '../hedge.js'
import type { PathParam } from '../path.js'
import type { RetryOptions } from '../retry.js'
import type { Duration, Size } from '../schemas/text.js'
import { stampOf } from '../stamp.js'
import type { Out, Schema } from '../types.js'
import { type AnyUpstream, type From, makePart, type NullIf, type Part, type SourceMap, type SourceNeeds } from './part.js'

/** The method of a call. */
export type CallMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'QUERY'

/** A value of a path parameter. */
export type CallParam = string | number | boolean

/** Query parameters of a call; one that is undefined is left out, a list is repeated. */
export type CallQuery = Readonly<Record<string, CallParam | readonly CallParam[] | undefined>>

/** Headers of a call, by lower-case name; one that is undefined is left out. */
export type CallHeaders = Readonly<Record<string, string | undefined>>

/** Options of {@link call}. */
export interface CallOptions<
  P extends string,
  M extends SourceMap,
  G extends PathParam<P>,
  S extends Schema,
  UB extends Schema,
  O extends boolean,
> {
  /** Default `GET`. */
  readonly method?: CallMethod
  /** Path of the request: a template whose parameters come from `params`, or else from the route’s parameters of the same name. */
  readonly path: P
  /** What the functions here read: other parts, which then come first, and keys such as `param('id')`. */
  readonly needs?: M
  /** Parameters of `path` that are not the route’s. */
  readonly params?: (from: From<M>) => Readonly<Record<G, CallParam>>
  /** The query. Default: none; the caller’s is not passed on. */
  readonly query?: CallQuery | ((from: From<M>) => CallQuery)
  /** Headers beside those that go with every forwarded request. */
  readonly headers?: CallHeaders | ((from: From<M>) => CallHeaders)
  /** Schema of the JSON body that the upstream takes; `body` must return it. */
  readonly upstreamBody?: UB
  /** The JSON body. */
  readonly body?: (from: From<M>) => UB['_zod']['input']
  /** Schema of the JSON that the upstream answers with a status of 200 to 299; what it yields is the part’s value. */
  readonly response: S
  /** Longest wait for the whole call, retries included. Default: the upstream’s own timeouts, and what the route’s `timeouts.total` leaves. */
  readonly timeout?: Duration
  /** How failed attempts are repeated, in place of what the route or else the upstream says; `false` sends nothing twice. The upstream’s budget holds. */
  readonly retry?: RetryOptions | false
  /** When another target is asked too, in place of what the route or else the upstream says; `false`: never. */
  readonly hedge?: HedgeOptions | false
  /** What calls are sent to one target by, where the upstream has `balance: 'consistent-hash'`. Default: the route’s `affinity`. */
  readonly affinity?: (from: From<M>) => string
  /** Largest response. Default: the route’s `responseLimit`. */
  readonly responseLimit?: Size
  /** The value where the call fails. */
  readonly fallback?: S['_zod']['input']
  /** True: where the call fails, the part is `null` and `errors` names it. Default false: the whole request fails. */
  readonly optional?: O
}

/**
 * Declares one call of a composed route: what is asked of which upstream, and the schema of its answer. It begins as soon as
 * the parts that it needs are there. Any status outside of 200 to 299 is a failure.
 */
export function call<
  const P extends string,
  M extends SourceMap = {},
  G extends PathParam<P> = never,
  S extends Schema = Schema,
  UB extends Schema = Schema,
  O extends boolean = false,
>(
  upstream: AnyUpstream,
  options: CallOptions<P, M, G, S, UB, O>,
): Part<SourceNeeds<M> & { readonly params: Readonly<Record<Exclude<PathParam<P>, G>, unknown>> }, Out<S> | NullIf<O>, O> {
  return makePart({ kind: 'call', upstream, options: options as never }, stampOf(call))
}
