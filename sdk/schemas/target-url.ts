import { httpUrl, parsed } from './text.js'

/** Longest path of a socket in bytes, as Linux takes it (unix(7)). */
const MAX_PATH = 107

/** Where a target behind a Unix socket is. */
export interface UnixTarget {
  readonly socketPath: string
  /** Path put before the request's: empty or `/base`. */
  readonly basePath: string
}

/** Reads `unix:/run/app.sock` and `unix:/run/app.sock:/base`; undefined for anything else. */
export function parseUnixTarget(text: string): UnixTarget | undefined {
  const [, socketPath, base = ''] = /^unix:(\/[^:?#\0]*[^:?#\0/])(?::(\/[^?#\s\0]*))?$/.exec(text) ?? []
  if (socketPath === undefined || new TextEncoder().encode(socketPath).length > MAX_PATH) return undefined
  return { socketPath, basePath: base.replace(/\/+$/, '') }
}

const isTarget = (text: string) =>
  text.startsWith('unix:') ? parseUnixTarget(text) !== undefined : httpUrl.safeParse(text).success && !text.includes('?')

/** The base URL of a target, or the path of its Unix socket. */
export const targetUrl = parsed(
  (text) => (isTarget(text) ? text : undefined),
  `an http or https URL without a query, or "unix:" with an absolute path of at most ${MAX_PATH} bytes`,
)
