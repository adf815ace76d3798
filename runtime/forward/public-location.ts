import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { perTargets } from '../upstreams/per-targets.js'
import type { Target, UpstreamPool } from '../upstreams/target.js'
import { begins, isMoved, mayMove, publicPath } from './public-path.js'

/** Turns a location of the upstream's into one that callers can reach. */
export type PublicLocation = (location: string, exchange: GatewayExchange) => string

const FIELDS: ReadonlySet<string> = new Set(['location', 'content-location'])

/**
 * Compiles how a route's upstream locations are made public: the target's origin and base path are taken off, the stripped prefix is put
 * back. Locations elsewhere, relative ones, and what would name another host are left alone.
 */
export function compilePublicLocation(route: ResolvedRoute, pool: UpstreamPool): PublicLocation | undefined {
  if (!(route.rewriteLocation ?? mayMove(route, pool))) return undefined
  const current = perTargets(pool, (targets) => publisher(route, targets))
  return (location, exchange) => current()?.(location, exchange) ?? location
}

/** Makes locations at these targets public; undefined where they are so already. A location that is none of theirs comes back as undefined. */
function publisher(
  route: ResolvedRoute,
  targets: readonly Target[],
): ((location: string, exchange: GatewayExchange) => string | undefined) | undefined {
  if (!(route.rewriteLocation ?? isMoved(route, targets))) return undefined
  const prefix = route.stripPrefix ?? ''
  const bases = targets.map(({ origin: { origin }, basePath }) => ({ origin, basePath }))
  const [first] = bases
  if (!first) return undefined
  const isShared = bases.every(({ basePath }) => basePath === first.basePath)
  const publish = (path: string, basePath: string) => publicPath(path, basePath, prefix)
  const fromUrl = (location: string, host: string | undefined): string | undefined => {
    if (!URL.canParse(location, first.origin)) return undefined
    const url = new URL(location, first.origin)
    const own = route.host === 'preserve' && url.host === host ? first : undefined
    const base = bases.find(({ origin, basePath }) => origin === url.origin && begins(url.pathname, basePath)) ?? own
    const path = base && publish(url.pathname, base.basePath)
    return path === undefined ? undefined : path + url.search + url.hash
  }
  return (location, { req }) => {
    if (/^(?:https?:)?\/\//i.test(location)) return fromUrl(location, req.headers.host)
    if (!location.startsWith('/') || !isShared) return undefined
    const end = /[?#]|$/.exec(location)?.index ?? location.length
    const path = publish(location.slice(0, end), first.basePath)
    return path === undefined ? undefined : path + location.slice(end)
  }
}

/** The header lines of a response with its locations made public; the same list where it has none (RFC 9110 sections 8.7 and 10.2.2). */
export function withPublicLocations(status: number, headers: Buffer[], exchange: GatewayExchange, publish: PublicLocation): Buffer[] {
  if (status !== 201 && (status < 300 || status > 399)) return headers
  return headers.map((line, index) => {
    if (index % 2 === 0 || !FIELDS.has((headers[index - 1] as Buffer).toString('latin1').toLowerCase())) return line
    return Buffer.from(publish(line.toString('latin1'), exchange), 'latin1')
  })
}
