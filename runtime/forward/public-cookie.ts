import type { ResolvedRoute } from '../../sdk/resolved.js'
import { perTargets } from '../upstreams/per-targets.js'
import type { Target, UpstreamPool } from '../upstreams/target.js'
import { begins, isMoved, mayMove, publicPath } from './public-path.js'

/** Turns a `Set-Cookie` of the upstream's into one that comes back through the gateway. */
export type PublicCookie = (cookie: string) => string

const ATTRIBUTE = /^\s*(path|domain)\s*=\s*(.*?)\s*$/i

/** Browsers drop a `__Host-` cookie with any other path than `/`. */
const KEEPS_PATH = /^\s*__host-/i

/** What a cookie's path becomes; one that covers the whole upstream covers all that the route publishes of it, and no more. */
function cookiePath(path: string, basePath: string, prefix: string): string | undefined {
  if (!path.startsWith('/')) return undefined
  // `/shop/` would not match `/shop` (RFC 6265 section 5.1.4).
  if (path === '/' || begins(basePath, path)) return prefix || '/'
  return publicPath(path, basePath, prefix)
}

/**
 * Compiles how cookies of a route's upstream are made public: `Path` loses the targets' base path and gets the stripped prefix, a `Domain` that
 * is a target's own host is left out. Undefined where they pass as they are.
 */
export function compilePublicCookie(route: ResolvedRoute, pool: UpstreamPool): PublicCookie | undefined {
  if (!(route.rewriteCookies ?? mayMove(route, pool))) return undefined
  const current = perTargets(pool, (targets) => publisher(route, targets))
  return (cookie) => current()?.(cookie) ?? cookie
}

/** Makes cookies of these targets public; undefined where they pass as they are. */
function publisher(route: ResolvedRoute, targets: readonly Target[]): PublicCookie | undefined {
  const [first] = targets
  if (!first || !(route.rewriteCookies ?? isMoved(route, targets))) return undefined
  const { basePath } = first
  const isShared = targets.every((target) => target.basePath === basePath)
  const hosts = new Set(targets.map(({ origin }) => origin.hostname))
  const prefix = route.stripPrefix ?? ''
  const rewritten = (attribute: string, keepsPath: boolean): string | undefined => {
    const [, name, value] = ATTRIBUTE.exec(attribute) ?? []
    if (name === undefined || value === undefined) return attribute
    if (name.toLowerCase() === 'domain') return hosts.has(value.replace(/^\./, '').toLowerCase()) ? undefined : attribute
    const path = isShared && !keepsPath ? cookiePath(value, basePath, prefix) : undefined
    return path === undefined ? attribute : ` ${name}=${path}`
  }
  return (cookie) => {
    const [pair = '', ...attributes] = cookie.split(';')
    const keepsPath = KEEPS_PATH.test(pair)
    const kept = attributes.map((attribute) => rewritten(attribute, keepsPath)).filter((attribute) => attribute !== undefined)
    return [pair, ...kept].join(';')
  }
}

/** The header lines of a response with its cookies made public (RFC 6265 section 4.1). */
export function withPublicCookies(headers: Buffer[], publish: PublicCookie): Buffer[] {
  return headers.map((line, index) => {
    if (index % 2 === 0 || (headers[index - 1] as Buffer).toString('latin1').toLowerCase() !== 'set-cookie') return line
    return Buffer.from(publish(line.toString('latin1')), 'latin1')
  })
}
