import type { Key, Out, Schema } from '../types.js'

/** A key that reads a part of the request as the route’s schemas yield it. */
export interface RequestKey<in Needs, out V> extends Key<Needs, V> {
  /** Where it reads, so that the load can say what is missing. */
  readonly from: { readonly in: 'params' | 'query' | 'body'; readonly name: string | undefined }
}

type HasParam<N extends string, V> = { readonly params: Readonly<Record<N, V>> }
type HasQuery<N extends string, V> = { readonly query: { readonly [K in N]?: V | undefined } }

type Text = Schema<string, string>
type Texts = Schema<string | string[], string | string[]>

/** Reads a path parameter of the route; give the schema that the route’s `params` has for it, unless it yields a text. */
export function param<const N extends string, S extends Schema = Text>(
  name: N,
  _schema?: S,
): RequestKey<HasParam<N, S['_zod']['output']>, S['_zod']['output']> {
  return Object.freeze({
    label: `param ${name}`,
    from: { in: 'params' as const, name },
    read: ({ params }: HasParam<N, S['_zod']['output']>) => (params as Readonly<Record<string, S['_zod']['output']>>)[name],
  })
}

/**
 * Reads a query parameter of the route, undefined where there is none; give the schema that the route’s `query` has for it.
 * Without one it is a text, or a list where it is repeated.
 */
export function queryParam<const N extends string, S extends Schema = Texts>(
  name: N,
  _schema?: S,
): RequestKey<HasQuery<N, S['_zod']['output']>, S['_zod']['output'] | undefined> {
  return Object.freeze({
    label: `query ${name}`,
    from: { in: 'query' as const, name },
    read: ({ query }: HasQuery<N, S['_zod']['output']>) => (query as Readonly<Record<string, S['_zod']['output'] | undefined>>)[name],
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
