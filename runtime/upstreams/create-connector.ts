import { isIP, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type * as undici from 'undici'
import { isPublicAddress, lookupPublic, notPublic } from './public-address.js'
import { buildConnector, errors } from './undici.js'

/** What a connection is opened with. */
export interface ConnectorOptions {
  /** What it trusts and shows; undefined for Node's defaults. */
  readonly tls?: SecureContext | undefined
  /** Offers HTTP/2 in the TLS handshake, beside HTTP/1.1. */
  readonly http2?: boolean
  /** Connects to addresses of the public internet only. */
  readonly denyPrivate?: boolean
}

/**
 * Opens connections to one target within `timeoutMs`, TLS included, and holds certificates to the target's own host
 * name: undici would take the name from the request's `Host`, which a client may choose.
 */
export function createConnector(
  origin: URL,
  timeoutMs: number,
  { tls, http2 = false, denyPrivate = false }: ConnectorOptions = {},
): undici.buildConnector.connector {
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const servername = isIP(host) ? '' : host
  const secure = tls && { secureContext: tls }
  const checked = denyPrivate && { lookup: lookupPublic }
  const connect = buildConnector({
    timeout: 0,
    allowH2: http2,
    highWaterMark: 262_144,
    ...secure,
    ...checked,
  } as undici.buildConnector.BuildOptions)
  // An address is connected to without a lookup.
  if (denyPrivate && servername === '' && !isPublicAddress(host)) return (_options, callback) => callback(notPublic(host, []), null)
  return (options, callback) => {
    // undici's own connect timer ticks once a second; a deadline needs an exact one.
    let settled = false
    const giveUp = () => {
      if (!settled) socket.destroy(new errors.ConnectTimeoutError(`no connection to ${origin.host} within ${timeoutMs} ms`))
    }
    // After a stall of the process the connection may be there, unread: it is looked at before the verdict.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs)
    timer.unref()
    const socket = connect({ ...options, servername }, (...result) => {
      settled = true
      clearTimeout(timer)
      callback(...result)
    }) as unknown as Socket
  }
}
