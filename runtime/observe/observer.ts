import type { ServerResponse } from 'node:http'
import { upstreamNames } from '../../sdk/compose/upstream-names.js'
import type { Clock } from '../clock.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { Roster } from '../roster.js'
import type { AccessLog } from './access-log.js'
import type { Metrics } from './metrics.js'

/** Where an exchange is found on its response, without a closure for each. */
const EXCHANGE = Symbol('exchange')
type Observed = ServerResponse & { [EXCHANGE]?: GatewayExchange }

/** Follows exchanges from their start to the end of their response: in flight, logged, counted. */
export class Observer {
  /** Exchanges whose response is not finished. */
  readonly active = new Roster<GatewayExchange>()
  readonly #clock: Clock
  readonly #metrics: Metrics
  #accessLog: AccessLog | undefined
  #whenIdle: (() => void)[] = []

  constructor(clock: Clock, metrics: Metrics) {
    this.#clock = clock
    this.#metrics = metrics
    metrics.gauge('gatewright_requests_in_flight', 'Requests whose response is not finished.', () => [
      { labels: {}, value: this.active.size },
    ])
  }

  set accessLog(log: AccessLog | undefined) {
    this.#accessLog = log
  }

  watch(exchange: GatewayExchange): void {
    this.active.add(exchange)
    ;(exchange.res as Observed)[EXCHANGE] = exchange
    exchange.res.on('close', this.#onClose)
  }

  /** Ends an exchange whose response will never be closed, since its connection went before its turn came. */
  abandon(exchange: GatewayExchange): void {
    this.#finish(exchange)
  }

  /** Resolves when none of the given exchanges is in flight any more. */
  async drained(exchanges: ReadonlySet<GatewayExchange>): Promise<void> {
    while ([...exchanges].some((exchange) => this.active.has(exchange))) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
  }

  readonly #onClose = (() => {
    const finish = (exchange: GatewayExchange) => this.#finish(exchange)
    return function onClose(this: Observed): void {
      const exchange = this[EXCHANGE]
      if (exchange) finish(exchange)
    }
  })()

  /** The response of an exchange is over and counted, but its connection goes on as a tunnel: the rest waits for {@link closed}. */
  upgraded(exchange: GatewayExchange): void {
    if (!this.active.delete(exchange)) return
    this.#count(exchange)
    this.#wake()
  }

  /** The tunnel of an exchange is closed. */
  closed(exchange: GatewayExchange): void {
    exchange.gone = true
    exchange.hooks?.finish({ status: exchange.res.statusCode, aborted: false })
    this.#log(exchange)
  }

  #finish(exchange: GatewayExchange): void {
    if (!this.active.delete(exchange)) return
    const { req, res, call, hooks } = exchange
    exchange.gone = true
    // hapi ends the response of a client that left, so that it looks finished.
    const aborted = !res.writableFinished || req.aborted
    const goesOn = aborted && call !== undefined && hooks?.outlivesClient === true
    if (aborted && !goesOn) call?.cancel()
    this.#count(exchange)
    hooks?.finish({ status: res.statusCode, aborted }, goesOn)
    this.#log(exchange)
    this.#wake()
  }

  #count({ routeId, method, res, startedAt, problem }: GatewayExchange): void {
    this.#metrics.request(routeId, method, res.statusCode, (this.#clock.now() - startedAt) / 1_000)
    if (problem) this.#metrics.count('gatewright_problems_total', { code: problem })
  }

  #log(exchange: GatewayExchange): void {
    const { res, call, route, startedAt } = exchange
    exchange.target = call?.target
    this.#accessLog?.(exchange, res.statusCode, this.#clock.now() - startedAt, route?.source && upstreamNames(route.source))
  }

  #wake(): void {
    if (this.#whenIdle.length === 0) return
    const waiting = this.#whenIdle
    this.#whenIdle = []
    for (const resolve of waiting) resolve()
  }
}
