import { METHODS } from 'node:http'
import type { ResolvedRoute } from '../sdk/resolved.js'

/** What to say at start about `QUERY` routes (RFC 10008) where Node's HTTP/1.1 parser does not know the method; undefined where all is well. */
export function queryMethodWarning(
  routes: readonly Pick<ResolvedRoute, 'method'>[],
  known: readonly string[] = METHODS,
): string | undefined {
  if (known.includes('QUERY') || routes.every(({ method }) => method !== 'QUERY')) return undefined
  return 'this Node does not know the method QUERY and refuses such requests with 400; its routes need a newer release'
}
