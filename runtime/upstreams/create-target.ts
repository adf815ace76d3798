import { isIP } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { UpstreamSettings } from '../../sdk/upstream.js'
import type { Clock } from '../clock.js'
import { createConnector } from './create-connector.js'
import { Http2Dispatcher } from './http2-dispatcher.js'
import { NamedPool } from './named-pool.js'
import type { Target } from './target.js'
import { Pool } from './undici.js'

const DEFAULT_CONNECT_MS = 2_000

/** Opens a pool of connections to one configured target; none is opened before the first request. */
export function createTarget(
  configured: UpstreamSettings['targets'][number],
  settings: UpstreamSettings,
  clock: Clock,
  tls?: SecureContext,
): Target {
  const { url, weight, priority, labels } =
    typeof configured === 'string' ? { url: configured, weight: 1, priority: 0, labels: {} } : configured
  const parsed = new URL(url)
  const connectMs = settings.timeouts?.connect ?? DEFAULT_CONNECT_MS
  const { denyPrivate } = settings
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const isNamed = isIP(host) === 0
  const openPool = () =>
    new Pool(parsed.origin, {
      connect: createConnector(parsed, connectMs, { tls, denyPrivate }),
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
  const http1 = isNamed ? new NamedPool(host, openPool, clock) : openPool()
  const dispatcher = settings.http2
    ? new Http2Dispatcher({
        origin: parsed,
        connector: createConnector(parsed, connectMs, { tls, denyPrivate, http2: true }),
        connections: settings.connections,
        fallback: http1,
      })
    : http1
  return {
    url: url.replace(/\/+$/, ''),
    authority: parsed.host,
    servername: parsed.protocol === 'https:' && isNamed ? parsed.hostname : undefined,
    tls,
    denyPrivate,
    basePath: parsed.pathname.replace(/\/+$/, ''),
    weight,
    priority,
    labels,
    dispatcher,
    active: 0,
    healthy: true,
  }
}
