import { isIP } from 'node:net'
import { parseUnixTarget } from '../../sdk/schemas/target-url.js'
import type { UpstreamSettings } from '../../sdk/upstream.js'

/** Where a target is, as connections and requests need it. */
export interface TargetPlace {
  /** Scheme, host and port; of a Unix socket, `http` and what `Host` says. */
  readonly origin: URL
  readonly socketPath: string | undefined
  /** Path put before the request's: empty or `/base`. */
  readonly basePath: string
  /** The host's name; undefined for addresses and Unix sockets, of which no name server is asked. */
  readonly hostname: string | undefined
}

/** Reads where a configured target is. */
export function placeOf(configured: UpstreamSettings['targets'][number]): TargetPlace {
  const { url, host = 'localhost' } = typeof configured === 'string' ? { url: configured } : configured
  const unix = parseUnixTarget(url)
  if (unix) return { ...unix, origin: new URL(`http://${host}`), hostname: undefined }
  const parsed = new URL(url)
  const name = parsed.hostname.replace(/^\[|\]$/g, '')
  return {
    origin: new URL(parsed.origin),
    socketPath: undefined,
    basePath: parsed.pathname.replace(/\/+$/, ''),
    hostname: isIP(name) === 0 ? name : undefined,
  }
}
