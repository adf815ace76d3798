import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type * as undici from 'undici'
import { isPublicAddress, lookupPublic, notPublic } from './public-address.js'
import type { UpstreamTls } from './tls/upstream-tls.js'
import { buildConnector, errors } from './undici.js'

/** What a connection is opened with. */
export interface ConnectorOptions {
  /** What it trusts and shows; undefined for Node's defaults. */
  readonly tls?: UpstreamTls | undefined
  /** Address to connect to, instead of asking for that of the origin's host. */
  readonly address?: string | undefined
  /** Path of the Unix socket to connect to, instead of the origin's host. */
  readonly socketPath?: string | undefined
  /** Offers HTTP/2 in the TLS handshake, beside HTTP/1.1. */
  readonly http2?: boolean
  /** Connects to addresses of the public internet only. */
  readonly denyPrivate?: boolean
}

type Connector = undici.buildConnector.connector

/** undici's connector; another one where the TLS is renewed, since sessions of the old one would be resumed unverified. */
function renewable({ tls, http2 = false, socketPath, denyPrivate }: ConnectorOptions): () => Connector {
  const build = () =>
    buildConnector({
      timeout: 0,
      allowH2: http2,
      highWaterMark: 262_144,
      ...(tls?.context && { secureContext: tls.context }),
      ...(tls?.resumes === false && { maxCachedSessions: 0 }),
      ...(tls?.verify === false && { rejectUnauthorized: false }),
      ...(socketPath !== undefined && { socketPath }),
      ...(denyPrivate && { lookup: lookupPublic }),
    } as undici.buildConnector.BuildOptions)
  let context = tls?.context
  let connector = build()
  return () => {
    if (tls?.context !== context) {
      context = tls?.context
      connector = build()
    }
    return connector
  }
}

/**
 * Opens connections to one target within `timeoutMs`, TLS included, and holds certificates to the target's own host
 * name: undici would take the name from the request's `Host`, which a client may choose.
 */
export function createConnector(origin: URL, timeoutMs: number, connection: ConnectorOptions = {}): Connector {
  const { tls, denyPrivate, address } = connection
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const isAddress = isIP(host) !== 0
  const servername = tls?.servername ?? (isAddress ? '' : host)
  const current = renewable(connection)
  // An address is connected to without a lookup.
  const known = address ?? (isAddress ? host : undefined)
  if (denyPrivate && known !== undefined && !isPublicAddress(known)) return (_options, callback) => callback(notPublic(known, []), null)
  return (options, callback) => {
    // undici's own connect timer ticks once a second; a deadline needs an exact one.
    let settled = false
    const giveUp = () => {
      if (!settled) socket.destroy(new errors.ConnectTimeoutError(`no connection to ${origin.host} within ${timeoutMs} ms`))
    }
    // After a stall of the process the connection may be there, unread: it is looked at before the verdict.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs)
    timer.unref()
    const socket = current()({ ...options, ...(address !== undefined && { hostname: address }), servername }, (...[error, opened]) => {
      settled = true
      clearTimeout(timer)
      const fault = error ?? (tls && origin.protocol === 'https:' ? tls.check(origin.origin, opened as TLSSocket) : undefined)
      if (!fault) return callback(null, opened as Socket)
      tls?.failed(origin.origin, fault)
      opened?.destroy()
      callback(fault, null)
    }) as unknown as Socket
  }
}
