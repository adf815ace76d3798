import type { Duplex } from 'node:stream'
import { Problem } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import type { RawHeaders, ResponseHeaderSettings } from '../forward/response-headers.js'
import type { Metrics } from '../observe/metrics.js'
import type { Observer } from '../observe/observer.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { Deadlines } from '../upstreams/deadlines.js'
import { switchProtocols } from './switch-protocols.js'
import { Tunnel, type TunnelEnd } from './tunnel.js'

/** Resolution of the idle timeout, in milliseconds: thousands of silent tunnels are looked at each time. */
const TICK_MS = 250
const SERVICE_RESTART = 1012

/** Every WebSocket tunnel of the gateway. Tunnels outlive reloads; only a stop ends them. */
export class Tunnels {
  readonly #clock: Clock
  readonly #metrics: Metrics
  readonly #observer: Observer
  readonly #deadlines: Deadlines
  readonly #open = new Map<Tunnel, string>()
  #draining = false
  #whenClosed: (() => void)[] = []

  constructor(clock: Clock, metrics: Metrics, observer: Observer) {
    this.#clock = clock
    this.#metrics = metrics
    this.#observer = observer
    this.#deadlines = new Deadlines(clock, TICK_MS)
    metrics.gauge('gatewright_websocket_tunnels', 'Open WebSocket connections, by route.', () => this.#byRoute())
  }

  /** Admits a handshake to the upstream. Throws a `Problem` while the gateway stops, or where the caller has too many connections. */
  admit(exchange: GatewayExchange, route: CompiledRoute): void {
    if (this.#draining)
      throw new Problem('UNAVAILABLE', { detail: 'The gateway is stopping; connect again.', headers: ['Retry-After', '1'] })
    route.websocket?.admit(exchange)
  }

  /** Joins the client's connection and the upstream's, which has switched protocols. Throws what {@link switchProtocols} throws. */
  open(exchange: GatewayExchange, route: CompiledRoute, raw: RawHeaders, upstream: Duplex, settings: ResponseHeaderSettings): void {
    switchProtocols(exchange, route, raw, settings)
    this.#observer.upgraded(exchange)
    // No step comes after this one, and a tunnel may live for days.
    exchange.hapiRequest = undefined
    const tunnel = new Tunnel({
      client: exchange.req.socket,
      upstream,
      idle: route.websocket?.idle as number,
      clock: this.#clock,
      deadlines: this.#deadlines,
      closed: (by) => this.#closed(tunnel, exchange, by),
    })
    this.#open.set(tunnel, exchange.routeId)
    if (this.#draining) this.#stop(tunnel)
  }

  /** Asks both sides of every tunnel to close, and of those that still open. */
  drain(): void {
    this.#draining = true
    for (const tunnel of this.#open.keys()) this.#stop(tunnel)
  }

  /** Resolves when no tunnel is open. */
  async closed(): Promise<void> {
    while (this.#open.size > 0) await new Promise<void>((resolve) => this.#whenClosed.push(resolve))
  }

  /** Breaks off what is open. */
  close(): void {
    for (const tunnel of this.#open.keys()) tunnel.cut()
    this.#deadlines.close()
  }

  #stop(tunnel: Tunnel): void {
    tunnel.close(SERVICE_RESTART, 'service restart', 'drain')
  }

  #closed(tunnel: Tunnel, exchange: GatewayExchange, by: TunnelEnd): void {
    this.#open.delete(tunnel)
    this.#metrics.count('gatewright_websocket_closed_total', { route: exchange.routeId, by })
    this.#observer.closed(exchange)
    const waiting = this.#whenClosed
    this.#whenClosed = []
    for (const resolve of waiting) resolve()
  }

  #byRoute() {
    const counts = new Map<string, number>()
    for (const route of this.#open.values()) counts.set(route, (counts.get(route) ?? 0) + 1)
    return [...counts].map(([route, value]) => ({ labels: { route }, value }))
  }
}
