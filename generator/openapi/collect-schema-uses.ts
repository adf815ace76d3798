import type { ResolvedRoute, Schema } from '../../sdk/index.js'
import type { SchemaIo, SchemaUse } from '../schemas/schema-use.js'

/** Every schema that the routes publish, with its place: requests as callers send them, responses as callers get them. */
export function collectSchemaUses(routes: readonly ResolvedRoute[]): SchemaUse[] {
  return routes.flatMap((route) => {
    const use = (schema: Schema | undefined, io: SchemaIo, ...local: readonly PropertyKey[]): SchemaUse[] =>
      schema === undefined ? [] : [{ schema, io, path: ['routes', ...route.keys, ...local], origin: { stamp: route.stamp, path: local } }]
    return [
      ...use(route.params, 'input', 'params'),
      ...use(route.query, 'input', 'query'),
      ...use(route.headers, 'input', 'headers'),
      ...use(route.cookies, 'input', 'cookies'),
      ...use(route.body, 'input', 'body'),
      ...Object.entries(route.responses).flatMap(([status, spec]) =>
        typeof spec === 'string' ? [] : use(spec, 'output', 'responses', Number(status)),
      ),
    ]
  })
}
