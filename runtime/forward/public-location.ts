import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { UpstreamPool } from '../upstreams/target.js'

/** Turns a location of the upstream's into one that callers can reach. */
export type PublicLocation = (location: string, exchange: GatewayExchange) => string

const FIELDS: ReadonlySet<string> = new Set(['location', 'content-location'])

const begins = (path: string, prefix: string) => path === prefix || path.startsWith(`${prefix}/`)

/** A path by which two servers could be meant: `//host` names another one. */
const isAmbiguous = (path: string) => /^\/[/\\]/.test(path)

/**
 * Compiles how a route's upstream locations are made public: the target's origin and base path are taken off, the stripped prefix is put
 * back. Locations elsewhere, relative ones, and what would name another host are left alone.
 */
export function compilePublicLocation(route: ResolvedRoute, pool: UpstreamPool): PublicLocation | undefined {
  const isMoved = route.stripPrefix !== undefined || pool.targets.some(({ basePath }) => basePath !== '')
  if (!(route.rewriteLocation ?? isMoved)) return undefined
  const prefix = route.stripPrefix ?? ''
  const bases = pool.targets.map(({ origin: { origin }, basePath }) => ({ origin, basePath }))
  const [first] = bases
  if (!first) return undefined
  const isShared = bases.every(({ basePath }) => basePath === first.basePath)
  const publish = (path: string, basePath: string): string | undefined => {
    if (!begins(path, basePath)) return undefined
    const rest = path.slice(basePath.length)
    // An upstream that knows its public prefix has put it there itself.
    const published = prefix !== '' && begins(rest, prefix) ? rest : prefix + rest || '/'
    return isAmbiguous(published) ? undefined : published
  }
  const fromUrl = (location: string, host: string | undefined): string | undefined => {
    if (!URL.canParse(location, first.origin)) return undefined
    const url = new URL(location, first.origin)
    const own = route.host === 'preserve' && url.host === host ? first : undefined
    const base = bases.find(({ origin, basePath }) => origin === url.origin && begins(url.pathname, basePath)) ?? own
    const path = base && publish(url.pathname, base.basePath)
    return path === undefined ? undefined : path + url.search + url.hash
  }
  return (location, { req }) => {
    if (/^(?:https?:)?\/\//i.test(location)) return fromUrl(location, req.headers.host) ?? location
    if (!location.startsWith('/') || !isShared) return location
    const end = /[?#]|$/.exec(location)?.index ?? location.length
    const path = publish(location.slice(0, end), first.basePath)
    return path === undefined ? location : path + location.slice(end)
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
