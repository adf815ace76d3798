import type { PathSegment } from '../../sdk/path.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { GatewayExchange } from './exchange.js'

const encodeRest = (value: string) => value.split('/').map(encodeURIComponent).join('/')

/** Prints one segment; a value is encoded so that it stays the segment it was matched as. */
function segmentPrinter(segment: PathSegment): (params: Readonly<Record<string, string>>) => string {
  if (segment.kind === 'literal') return () => `/${segment.text}`
  const encode = segment.kind === 'wildcard' ? encodeRest : encodeURIComponent
  return (params) => `/${encode(params[segment.name] ?? '')}`
}

function pathPrinter({ upstreamPath, stripPrefix }: ResolvedRoute): (exchange: GatewayExchange) => string {
  if (stripPrefix !== undefined) return ({ path }) => path.slice(stripPrefix.length) || '/'
  if (!upstreamPath) return ({ path }) => path
  const printers = upstreamPath.map(segmentPrinter)
  return ({ matched }) => printers.map((print) => print(matched)).join('')
}

/** Compiles how a route's path is sent upstream: as received, without its prefix, or by its own template; the query as received. */
export function compileUpstreamTarget(route: ResolvedRoute): (exchange: GatewayExchange) => string {
  const print = pathPrinter(route)
  return (exchange) => (exchange.queryString === '' ? print(exchange) : `${print(exchange)}?${exchange.queryString}`)
}
