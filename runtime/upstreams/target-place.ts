import { isIP } from 'node:net'
import { parseUnixTarget } from '../../sdk/schemas/target-url.js'
import type { FoundTarget } from './discovery/found-target.js'

/** Where a target is, as connections and requests need it. */
export interface TargetPlace {
  /** Scheme, host and port; of a Unix socket, `http` and what `Host` says. */
  readonly origin: URL
  readonly socketPath: string | undefined
  /** Path put before the request's: empty or `/base`. */
  readonly basePath: string
  /** The host's name; undefined for addresses and Unix sockets. */
  readonly hostname: string | undefined
  /** The address to connect to, of a target whose name was asked for already. */
  readonly address: string | undefined
}

/** Reads where a configured target is. */
export function placeOf(configured: FoundTarget): TargetPlace {
  const { url, host = 'localhost' } = typeof configured === 'string' ? { url: configured } : configured
  const unix = parseUnixTarget(url)
  if (unix) return { ...unix, origin: new URL(`http://${host}`), hostname: undefined, address: undefined }
  const parsed = new URL(url)
  const plain = parsed.hostname.replace(/^\[|\]$/g, '')
  const basePath = parsed.pathname.replace(/\/+$/, '')
  if (typeof configured !== 'string' && 'name' in configured) {
    const origin = new URL(parsed.origin)
    origin.hostname = configured.name
    return { origin, socketPath: undefined, basePath, hostname: origin.hostname, address: plain }
  }
  return {
    origin: new URL(parsed.origin),
    socketPath: undefined,
    basePath,
    hostname: isIP(plain) === 0 ? plain : undefined,
    address: undefined,
  }
}
