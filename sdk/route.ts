import type { AnyAuth } from './auth.js'
import type { Composition } from './compose/compose.js'
import type { ContextOf, ErrorsOf, FactsOf, GivesOf, PolicyMap } from './context.js'
import type { ConvertOptions } from './convert.js'
import type { DeprecationOptions } from './deprecation.js'
import type { FallbackOptions } from './fallback.js'
import type { HedgeOptions } from './hedge.js'
import type { MatchOptions } from './match.js'
import type { PathParam } from './path.js'
import type { ProblemDocument } from './problems.js'
import type { ResponseCheckOptions } from './response-check.js'
import type { RetryFor } from './retry.js'
import type { Rollout } from './rollout.js'
import type { Size } from './schemas/text.js'
import { STAMP, type Stamp, stampOf } from './stamp.js'
import type { BaseContext, Key, Out, Schema } from './types.js'
import type { TimeoutOptions, Upstream } from './upstream.js'
import type { Version } from './versions.js'
import type { WebSocketOptions } from './websocket.js'

/** A method of a route; `*` is any method that has no route of its own on the path. `QUERY` is a safe request with a body (RFC 10008). */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'QUERY' | '*'

/** What a route may answer with one status: a JSON schema, a problem, no body, or text or bytes passed through. */
export type ResponseSpec = Schema | 'problem' | 'empty' | 'text' | 'binary'
export type ResponseMap = Readonly<Record<number, ResponseSpec>>

/** The options of a route that carry no types. */
export interface RouteCommon {
  readonly method: Method
  /** Where requests are sent, a value made by `upstream` or `rollout`; every route has this or `compose`, which the load sees to. */
  // biome-ignore lint/suspicious/noExplicitAny: an upstream of any name
  readonly upstream?: Upstream<any> | Rollout
  readonly match?: MatchOptions
  /** The version of the API that the route belongs to: a value made by a function of `versions({ … })`. Default: the group's, else none. */
  readonly version?: Version
  /** One line for the documents. Default: the JSDoc comment above the route's key, else its words. */
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  /** Marks the operation in documents and client; with its dates, also tells callers, counts who still calls, and ends it. Default false. */
  readonly deprecated?: boolean | DeprecationOptions
  /** Keeps the route out of the public OpenAPI document and client. */
  readonly internal?: boolean
  /** The path sent upstream, a template over the same parameters. Default: the path as received. */
  readonly upstreamPath?: string
  /** Text removed from the front of the path before it is sent upstream. */
  readonly stripPrefix?: string
  /**
   * Rewrites `Location` and `Content-Location` of 201 and 3xx responses that point at the upstream itself: its origin and base path are taken off
   * and `stripPrefix` is put back. Default: true where the route has `stripPrefix` or a target has a base path.
   */
  readonly rewriteLocation?: boolean
  /**
   * Makes cookies that the upstream sets reach it again: `Path` loses the base path and gets `stripPrefix`, and a `Domain` that names the
   * upstream's own host is left out. Default: true where the route has `stripPrefix` or a target has a base path.
   */
  readonly rewriteCookies?: boolean
  /** The `Host` sent upstream: the target's (default) or the client's. */
  readonly host?: 'upstream' | 'preserve'
  /**
   * What becomes of `%2f` in a path: refused with 400 (`reject`, the default), or matched and sent as part of its segment (`keep`), as package
   * registries need for `/@scope%2fname`. Only for upstreams that do not take it for a separator.
   */
  readonly encodedSlashes?: 'reject' | 'keep'
  /** Refuses query parameters that neither `query` nor `match` names. Default false: they pass. */
  readonly strictQuery?: boolean
  /**
   * What becomes of responses that break `responses`: counted as `gatewright_contract_violations_total` and passed on (`warn`, all of them or
   * a `sample`), or refused with 502 (`enforce`). Default `off`. Checked routes ask the upstream for responses without content coding.
   */
  readonly validateResponse?: ResponseCheckOptions
  /**
   * The media types that `body` may come in; `form` is `application/x-www-form-urlencoded`. What the schema yields goes upstream in the media
   * type that came, or as JSON from `mapRequest`, unless `convert.request` says otherwise. Default: by the schema.
   */
  readonly accepts?: readonly ('json' | 'form' | 'xml' | 'csv' | 'multipart')[]
  /** Lets callers speak JSON where the upstream speaks XML, CSV or URL-encoded forms, in requests, responses or both. Default: JSON is JSON. */
  readonly convert?: ConvertOptions
  /** Removes or masks as `***` what `responses` mark `.meta({ secret: true })`; such responses are checked and 502 if they do not match. Default false. */
  readonly redactSecrets?: boolean
  /** Largest request body. Default `1mb`. */
  readonly bodyLimit?: Size
  /** Largest upstream response that a buffered route collects. Default `4mb`. */
  readonly responseLimit?: Size
  readonly timeouts?: TimeoutOptions
  /** When another target is asked too, in place of the upstream’s `hedge`, whose budget holds; `false`: never. */
  readonly hedge?: HedgeOptions | false
  /** `hapi` answers through hapi's response lifecycle, for extensions that must see the response. Default: the gateway's. */
  readonly lifecycle?: 'direct' | 'hapi'
  /**
   * Lets WebSocket handshakes through (RFC 6455); needs method GET or `*`. Other requests are proxied as ever. `true` takes the defaults.
   * What comes through a connection never passes through hapi’s lifecycle. Default: `Upgrade` is ignored.
   */
  readonly websocket?: true | WebSocketOptions
}

type ParamsFor<P extends string> = { readonly _zod: { output: { [K in PathParam<P>]: unknown }; input: unknown } }

type NoSurplus<P extends string, PS extends Schema> =
  keyof PS['_zod']['output'] extends PathParam<P>
    ? unknown
    : { readonly 'params has a key that the path does not': Exclude<keyof PS['_zod']['output'], PathParam<P>> }

/** What a `mapResponse` function returns for a declared response. */
type Mapped<S> = S extends 'problem' ? ProblemDocument : S extends Schema ? S['_zod']['input'] : never

/** What a `mapResponse` function receives: the upstream schema's output where one is declared. */
// While it infers a function's parameters, TypeScript asks for the key as a text: `'200'`, not `200`.
type UpstreamBody<UR, S> = S extends keyof UR
  ? Out<UR[S]>
  : S extends `${infer N extends number}`
    ? UpstreamBody<UR, N>
    : // biome-ignore lint/suspicious/noExplicitAny: an undeclared upstream body is whatever it is
      any

/** What a composition must come to: the declared 200, or 207, or anything. */
type ComposedFor<R> = (R extends { readonly 200: infer S extends Schema } ? S['_zod']['input'] : unknown) &
  (R extends { readonly 207: infer S extends Schema } ? S['_zod']['input'] : unknown)

/** The context of a `map*` function. */
export type MapContext<C, PS extends Schema, Q extends Schema, H extends Schema, K extends Schema, U> = C & {
  readonly params: PS['_zod']['output']
  readonly query: Q['_zod']['output']
  readonly headers: H['_zod']['output']
  readonly cookies: K['_zod']['output']
} & GivesOf<U>

/** The options of a route whose full path is `FP` and whose context before its own policies is `C`. */
export interface RouteOptions<
  FP extends string,
  C,
  P extends string,
  PS extends Schema,
  Q extends Schema,
  H extends Schema,
  K extends Schema,
  B extends Schema,
  R extends ResponseMap,
  UB extends Schema,
  UR extends Readonly<Record<number, Schema>>,
  U,
  CU,
> extends RouteCommon {
  readonly path: P & NoSurplus<FP, PS>
  /** Schema of the path parameters; strings before parsing. Must have exactly the path's parameters. */
  readonly params?: PS
  /** Schema of the query; strings (lists where repeated or where the schema has a list) before parsing. Unknown keys pass. */
  readonly query?: Q
  /** Schema of request headers, by lower-case name; strings before parsing. Others pass. */
  readonly headers?: H
  /** Schema of request cookies (RFC 6265); strings before parsing. Others pass. */
  readonly cookies?: K
  /** Schema of the request body: JSON, unless it is a `z.file()`, sent as its own bytes, or holds one, sent as a multipart form. */
  readonly body?: B
  /**
   * How failed attempts are repeated, in place of the upstream’s `retry`, whose budget holds; `false` sends nothing twice. On a route
   * without `body`, which streams it, `nonIdempotent` is at most `with-key`.
   */
  readonly retry?: RetryFor<B>
  readonly use?: U
  /** Several calls that the response is made of, instead of `upstream`: a value made by `compose`. */
  readonly compose?: Composition<MapContext<C, PS, Q, H, K, CU & U> & { readonly body: B['_zod']['output'] }, ComposedFor<R>> | undefined
  /** What requests are sent to one target by (`consistent-hash`), and kept on one side by (a `rollout` without `by`); an empty key: anywhere, `stable`. */
  readonly affinity?: Key<
    C & { readonly params: PS['_zod']['output']; readonly headers: H['_zod']['output']; readonly cookies: K['_zod']['output'] },
    string
  >
  /** What callers get, by status. */
  readonly responses?: R
  /** Schema of the JSON body that the upstream takes; `mapRequest` must return it. */
  readonly upstreamBody?: UB
  /** Schemas of what the upstream answers, by status; checked before `mapResponse` sees it. */
  readonly upstreamResponses?: UR
  /** Turns the caller's body into the upstream's. */
  readonly mapRequest?: (
    body: B['_zod']['output'],
    ctx: MapContext<C, PS, Q, H, K, CU & U>,
  ) => UB['_zod']['input'] | Promise<UB['_zod']['input']>
  /** Turns the upstream's JSON into the declared response, by status. */
  readonly mapResponse?: {
    readonly [S in keyof R]?: (body: UpstreamBody<UR, S>, ctx: MapContext<C, PS, Q, H, K, CU & U>) => Mapped<R[S]> | Promise<Mapped<R[S]>>
  }
  /** Statuses of the upstream that callers get as another, declared one; everything else goes by the new one. 204 and 304 drop the body. */
  readonly mapStatus?: Readonly<Record<number, keyof R>>
  /** What callers get when the upstream fails: what another upstream answers, or a declared response. Default: a problem. */
  readonly fallback?: FallbackOptions<NoInfer<R>>
}

/** A declared route. The key path under `routes` is its id. */
export interface Route<P extends string = string, R = unknown, E extends number = number> {
  readonly '~route': true
  readonly '~path'?: P | undefined
  readonly '~responses'?: R | undefined
  /** Statuses that the route's policies and auth may answer. */
  readonly '~errors'?: E | undefined
  readonly options: UntypedRouteOptions
  readonly group: SharedOptions | undefined
  readonly [STAMP]: Stamp
}

/** A route's options with the types taken off; what load and the layers above read. */
export interface UntypedRouteOptions extends RouteCommon {
  readonly path: string
  readonly auth?: AnyAuth | undefined
  readonly [key: string]: unknown
}

/** The options of {@link group}, with the types taken off. */
export interface GroupOptions {
  readonly prefix?: string | undefined
  readonly auth?: AnyAuth | undefined
  readonly use?: Readonly<Record<string, unknown>> | undefined
  readonly tags?: readonly string[] | undefined
  readonly version?: Version | undefined
}

/** A group's options and where it was written. */
export interface SharedOptions {
  readonly options: GroupOptions
  readonly [STAMP]: Stamp
}

export type ErrorOf<A> = A extends { readonly '~err'?: infer E | undefined } ? E : never

function makeRoute<P extends string, R, E extends number>(
  options: object,
  shared: SharedOptions | undefined,
  caller: (...args: never[]) => unknown,
): Route<P, R, E> {
  return Object.freeze({ '~route': true as const, options: options as UntypedRouteOptions, group: shared, [STAMP]: stampOf(caller) })
}

/** Declares one route. The key path under `routes` becomes its operation id and its method in the client. */
export function route<
  const P extends string,
  A extends AnyAuth | undefined = undefined,
  PS extends ParamsFor<P> = Schema<Record<PathParam<P>, string>>,
  Q extends Schema = Schema<Readonly<Record<string, string | string[]>>>,
  H extends Schema = Schema<BaseContext['headers']>,
  K extends Schema = Schema<Readonly<Record<string, string>>>,
  B extends Schema = Schema,
  R extends ResponseMap = {},
  UB extends Schema = Schema,
  UR extends Readonly<Record<number, Schema>> = {},
  U extends PolicyMap<ContextOf<A>> = {},
>(
  options: RouteOptions<P, FactsOf<A>, P, PS, Q, H, K, B, R, UB, UR, U, {}> & { readonly auth?: A },
): Route<P, R, ErrorsOf<U> | ErrorOf<A>> {
  return makeRoute(options, undefined, route)
}

/** Routes that share a prefix, an auth, policies or tags. */
export interface Group<GP extends string, A extends AnyAuth | undefined, GU> extends SharedOptions {
  readonly '~prefix'?: GP | undefined
  readonly '~auth'?: (() => A) | undefined
  readonly '~use'?: (() => GU) | undefined
  /** Declares one route of the group; its path comes after the prefix, its policies after the group's. */
  readonly route: GroupRoute
}

/**
 * The `route` of every group. What it knows of its own comes by `this`: a method with the group's types in its signature would be made anew
 * by the compiler for each group, and costs some 170 instantiations more in each route.
 */
export type GroupRoute = <
  const P extends string,
  GP extends string,
  A extends AnyAuth | undefined,
  GU,
  PS extends ParamsFor<`${GP}${P}`> = Schema<Record<PathParam<`${GP}${P}`>, string>>,
  Q extends Schema = Schema<Readonly<Record<string, string | string[]>>>,
  H extends Schema = Schema<BaseContext['headers']>,
  K extends Schema = Schema<Readonly<Record<string, string>>>,
  B extends Schema = Schema,
  R extends ResponseMap = {},
  UB extends Schema = Schema,
  UR extends Readonly<Record<number, Schema>> = {},
  U extends PolicyMap<ContextOf<A>> = {},
>(
  this: Group<GP, A, GU>,
  options: RouteOptions<`${GP}${P}`, FactsOf<A>, P, PS, Q, H, K, B, R, UB, UR, U, GU>,
) => Route<`${GP}${P}`, R, ErrorsOf<U> | ErrorsOf<GU> | ErrorOf<A>>

/** Declares what several routes share: a path prefix, an auth, policies, tags, a version. */
export function group<
  const GP extends string = '',
  A extends AnyAuth | undefined = undefined,
  GU extends PolicyMap<ContextOf<A>> = {},
>(options: {
  readonly prefix?: GP
  readonly auth?: A
  readonly use?: GU
  readonly tags?: readonly string[]
  readonly version?: Version
}): Group<GP, A, GU> {
  const grouped: Group<GP, A, GU> = { options, [STAMP]: stampOf(group), route: (own: object) => makeRoute(own, grouped, grouped.route) }
  return Object.freeze(grouped)
}
