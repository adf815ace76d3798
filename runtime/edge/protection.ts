import type { Server } from 'node:http'
import type { Logger } from 'pino'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { Problem } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import type { Metrics } from '../observe/metrics.js'
import type { Observer } from '../observe/observer.js'
import type { ClientAddress } from './client-address.js'
import type { RefusalCounter } from './client-error.js'
import { Connections } from './connections.js'
import { connectionsThatFit, openFileLimit } from './open-files.js'
import { Overload } from './overload.js'
import type { Refusal } from './refusal.js'
import { SlowClients } from './slow-clients.js'

/** What the protection looks after, and by what. */
export interface ProtectionDeps {
  readonly addresses: ClientAddress
  readonly observer: Pick<Observer, 'active' | 'abandon'>
  readonly metrics: Metrics
  readonly clock: Clock
  readonly log: Logger
}

/** Keeps the process able to serve: bounds connections, ends slow clients, refuses work beyond its means, and counts each refusal. */
export class Protection {
  readonly counter: RefusalCounter
  readonly #connections: Connections
  readonly #slowClients: SlowClients
  readonly #overload: Overload

  constructor(settings: GatewaySettings['server'], { addresses, observer, metrics, clock, log }: ProtectionDeps) {
    this.counter = {
      refused: (status, reason) => metrics.count('gatewright_refused_requests_total', { reason, status: String(status) }),
      closed: (reason) => metrics.count('gatewright_closed_connections_total', { reason }),
    }
    const connections = connectionsThatFit(settings.limits.connections, openFileLimit())
    this.#connections = new Connections({ ...settings.limits, connections }, addresses, this.counter.closed)
    this.#slowClients = new SlowClients(settings.bodyRate, observer, this.counter, clock)
    this.#overload = new Overload(settings.overload, (overloaded) =>
      log.warn(overloaded ? 'overloaded: new requests are refused' : 'no longer overloaded'),
    )
    metrics.gauge('gatewright_overloaded', '1 while new requests are refused for overload.', () => [
      { labels: {}, value: Number(this.#overload.active) },
    ])
  }

  get overloaded(): boolean {
    return this.#overload.active
  }

  /** Why a request is not served now; undefined if it is. */
  refusal(): Refusal | undefined {
    if (!this.#overload.active) return undefined
    return {
      reason: 'overload',
      problem: new Problem('UNAVAILABLE', { detail: 'The gateway is overloaded.', headers: ['Retry-After', '1'] }),
    }
  }

  watch(server: Server): void {
    this.#connections.watch(server)
  }

  start(): void {
    this.#slowClients.start()
    this.#overload.start()
  }

  stop(): void {
    this.#slowClients.stop()
    this.#overload.stop()
  }
}
