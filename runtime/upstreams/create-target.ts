import type { Dispatcher } from 'undici'
import type { UpstreamSettings } from '../../sdk/upstream.js'
import type { Clock } from '../clock.js'
import { createConnector } from './create-connector.js'
import type { FoundTarget } from './discovery/found-target.js'
import { Http2Dispatcher } from './http2-dispatcher.js'
import { NamedPool } from './named-pool.js'
import type { Target } from './target.js'
import { placeOf } from './target-place.js'
import { SwappedDispatcher } from './tls/swapped-dispatcher.js'
import type { UpstreamTls } from './tls/upstream-tls.js'
import { Pool } from './undici.js'

const DEFAULT_CONNECT_MS = 2_000

/** Opens a pool of connections to one target; none is opened before the first request. */
export function createTarget(configured: FoundTarget, settings: UpstreamSettings, clock: Clock, tls?: UpstreamTls): Target {
  const { url, weight, priority, labels } =
    typeof configured === 'string' ? { url: configured, weight: 1, priority: 0, labels: {} } : configured
  const { origin, socketPath, basePath, hostname, address } = placeOf(configured)
  const isSecure = origin.protocol === 'https:'
  const connectMs = settings.timeouts?.connect ?? DEFAULT_CONNECT_MS
  const { denyPrivate } = settings
  const connection = { tls, socketPath, denyPrivate, address }
  const openPool = () =>
    new Pool(origin.origin, {
      connect: createConnector(origin, connectMs, connection),
      connections: settings.connections,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: 16_384,
      // An idle connection is dropped before the target would: after 4 s, or a second before the time its `Keep-Alive` names.
      keepAliveTimeout: 4_000,
      keepAliveTimeoutThreshold: 1_000,
      // The sender has timers of its own, which share one deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  const openHttp1 = () => (hostname === undefined || address !== undefined ? openPool() : new NamedPool(hostname, openPool, clock))
  const openHttp2 = () =>
    new Http2Dispatcher({
      origin,
      connector: createConnector(origin, connectMs, { ...connection, http2: true }),
      connections: settings.connections,
      fallback: openHttp1(),
    })
  const open: () => Dispatcher = settings.http2 ? openHttp2 : openHttp1
  return {
    url: url.replace(/\/+$/, ''),
    origin,
    authority: origin.host,
    servername: isSecure ? (tls?.servername ?? hostname) : undefined,
    tls,
    socketPath,
    address,
    denyPrivate,
    basePath,
    weight,
    priority,
    labels,
    dispatcher: tls?.isWatched && isSecure ? new SwappedDispatcher(tls, open) : open(),
    active: 0,
    healthy: true,
  }
}
