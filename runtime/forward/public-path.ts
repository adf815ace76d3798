import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { Target, UpstreamPool } from '../upstreams/target.js'

/** True where `path` is `prefix` or lies below it. */
export const begins = (path: string, prefix: string) => path === prefix || path.startsWith(`${prefix}/`)

/** True where a route's path sent upstream has another beginning than the public one. */
export const isMoved = ({ stripPrefix }: ResolvedRoute, targets: readonly Target[]) =>
  stripPrefix !== undefined || targets.some(({ basePath }) => basePath !== '')

/** True where it may be so at some time: targets that come later may have a base path. */
export const mayMove = (route: ResolvedRoute, { targets, discovers }: UpstreamPool) => discovers || isMoved(route, targets)

/** A path by which two servers could be meant: `//host` names another one. */
const isAmbiguous = (path: string) => /^\/[/\\]/.test(path)

/** The public path of an upstream's: without the target's base path, behind the stripped prefix; undefined where it has none. */
export function publicPath(path: string, basePath: string, prefix: string): string | undefined {
  if (!begins(path, basePath)) return undefined
  const rest = path.slice(basePath.length)
  // An upstream that knows its public prefix has put it there itself.
  const published = prefix !== '' && begins(rest, prefix) ? rest : prefix + rest || '/'
  return isAmbiguous(published) ? undefined : published
}
