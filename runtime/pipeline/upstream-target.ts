import type { PathSegment } from '../../sdk/path.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { GatewayExchange } from './exchange.js'

/** Prints one segment; a value is encoded so that it stays the segment it was matched as. */
function segmentPrinter(segment: PathSegment, received: readonly PathSegment[]): (exchange: GatewayExchange) => string {
  if (segment.kind === 'literal') return () => `/${segment.text}`
  const last = received.at(-1)
  // A decoded rest no longer tells a slash from an encoded one, so it is sent as it stands in the path.
  if (segment.kind === 'wildcard' && last?.kind === 'wildcard' && last.name === segment.name)
    return ({ path }) => `/${path.split('/').slice(received.length).join('/')}`
  return ({ matched }) => `/${encodeURIComponent(matched[segment.name] ?? '')}`
}

function pathPrinter({ segments, upstreamPath, stripPrefix }: ResolvedRoute): (exchange: GatewayExchange) => string {
  if (stripPrefix !== undefined) return ({ path }) => path.slice(stripPrefix.length) || '/'
  if (!upstreamPath) return ({ path }) => path
  const printers = upstreamPath.map((segment) => segmentPrinter(segment, segments))
  return (exchange) => printers.map((print) => print(exchange)).join('')
}

/** Compiles how a route's path is sent upstream: as received, without its prefix, or by its own template; the query as policies leave it. */
export function compileUpstreamTarget(route: ResolvedRoute): (exchange: GatewayExchange) => string {
  const print = pathPrinter(route)
  return (exchange) => (exchange.upstreamQuery === '' ? print(exchange) : `${print(exchange)}?${exchange.upstreamQuery}`)
}
