import type { Key, Out, Schema } from '../types.js'

/** A key that reads a part of the request as the route’s schemas yield it. */
export interface RequestKey<in Needs, out V> extends Key<Needs, V> {
  /** Where it reads, so that the load can say what is missing. */
  readonly from: { readonly in: 'params' | 'query' | 'body'; readonly name: string | undefined }
}

type HasParam<N extends string, V> = { readonly params: Readonly<Record<N, V>> }
type HasQuery<N extends string, V> = { readonly query: { readonly [K in N]?: V } }

/** Reads a path parameter of the route, as its `params` schema yields it. */
export function param<const N extends string, V = string>(name: N): RequestKey<HasParam<N, V>, V> {
  return Object.freeze({
    label: `param ${name}`,
    from: { in: 'params' as const, name },
    read: ({ params }: HasParam<N, V>) => (params as Readonly<Record<string, V>>)[name] as V,
  })
}

/** Reads a query parameter of the route, as its `query` schema yields it; undefined where there is none. */
export function queryParam<const N extends string, V = string>(name: N): RequestKey<HasQuery<N, V>, V | undefined> {
  return Object.freeze({
    label: `query ${name}`,
    from: { in: 'query' as const, name },
    read: ({ query }: HasQuery<N, V>) => (query as Readonly<Record<string, V | undefined>>)[name],
  })
}

/** Reads the request’s body, which the route’s `body` schema has parsed; give the same schema here. */
export function bodyOf<S extends Schema>(_schema: S): RequestKey<{ readonly body: Out<S> }, Out<S>> {
  return Object.freeze({
    label: 'body',
    from: { in: 'body' as const, name: undefined },
    read: ({ body }: { readonly body: Out<S> }) => body,
  })
}
