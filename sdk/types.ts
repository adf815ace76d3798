/** Any zod schema, seen structurally: a full `z.ZodType` in a public constraint costs the compiler some 80,000 instantiations. */
// biome-ignore lint/suspicious/noExplicitAny: the widest schema
export interface Schema<O = any, I = any> {
  readonly _zod: { output: O; input: I }
}

/** What a schema yields after parsing. */
export type Out<S> = S extends Schema ? S['_zod']['output'] : never

/** What a schema accepts before parsing. */
export type In<S> = S extends Schema ? S['_zod']['input'] : never

/** What is known of every request, its headers apart. */
export interface RequestFacts {
  /** The client's address: the peer's, or the one a trusted proxy reports. */
  readonly ip: string
  readonly method: string
  /** The canonical request path, as routed and as sent upstream, without the query. */
  readonly path: string
  /** The raw query without `?`; empty if there is none. */
  readonly queryString: string
  readonly requestId: string
}

/** The part of the context that exists on every route. */
export interface BaseContext extends RequestFacts {
  /** Request headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Request cookies by name (RFC 6265). */
  readonly cookies: { readonly [name: string]: unknown }
}

/** Reads a value from the context. `Needs` is contravariant: a key fits wherever the context holds at least that much. */
export interface Key<in Needs, out V> {
  readonly '~needs'?: ((needs: Needs) => void) | undefined
  readonly '~value'?: V | undefined
  /** A short name for logs and documents, such as `ip` or `jwt`. */
  readonly label: string
  readonly read: (ctx: Needs) => V
  /** True for a key that reads what an auth gives. */
  readonly needsAuth?: boolean
}
