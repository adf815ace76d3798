import type { IncomingMessage } from 'node:http'
import type { Lifecycle, Request } from '@hapi/hapi'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { ExchangeHandler, LiveConfig } from '../pipeline/exchange-handler.js'
import type { HapiLane } from './hapi-lane.js'
import type { RequestListener } from './hapi-server.js'

/** The exchange on its way through hapi to the catch-all route. */
const EXCHANGE = Symbol('exchange')
/** Called in place of the route's run, where only hapi's request is wanted. */
const ARRIVED = Symbol('arrived')
type EnteringMessage = IncomingMessage & { [EXCHANGE]?: GatewayExchange; [ARRIVED]?: (request: Request) => void }

/**
 * Where exchanges enter hapi: all of them with users' plugins, which may see every request; else those of the hapi lane, and
 * those whose credential a hapi strategy checks. For any other, hapi would make its request and drop it again.
 */
export class HapiEntrance {
  lane: HapiLane | undefined
  readonly #handler: ExchangeHandler
  readonly #live: () => LiveConfig
  #dispatch: RequestListener | undefined
  #takesAll = false

  constructor(handler: ExchangeHandler, live: () => LiveConfig) {
    this.#handler = handler
    this.#live = live
  }

  /** @param takesAll true where every request has to go through hapi */
  open(dispatch: RequestListener, takesAll: boolean): void {
    this.#dispatch = dispatch
    this.#takesAll = takesAll
  }

  get isOpen(): boolean {
    return this.#dispatch !== undefined
  }

  /** Runs an exchange that passed the edge guard. Never throws. */
  run(exchange: GatewayExchange): void {
    if (this.#takesAll) {
      this.#enter(exchange)
      return
    }
    try {
      const route = this.#handler.match(exchange, this.#live())
      // A tunnel never comes back as a response that hapi could see.
      if (route.lane === 'hapi' && !exchange.upgrade) this.#enter(exchange)
      else this.#handler.run(exchange, route)
    } catch (error) {
      this.#handler.refuse(exchange, error)
    }
  }

  /** hapi's request of an exchange, made now if there is none yet. */
  requestOf(exchange: GatewayExchange): Request | Promise<Request> {
    const there = exchange.hapiRequest as Request | undefined
    if (there) return there
    return new Promise((resolve) => {
      ;(exchange.req as EnteringMessage)[ARRIVED] = resolve
      this.#enter(exchange)
    })
  }

  #enter(exchange: GatewayExchange): void {
    ;(exchange.req as EnteringMessage)[EXCHANGE] = exchange
    this.#dispatch?.(exchange.req, exchange.res)
  }

  /** hapi's one route. */
  readonly catchAll: Lifecycle.Method = (request, h) => {
    const req = request.raw.req as EnteringMessage
    const exchange = req[EXCHANGE] as GatewayExchange
    exchange.hapiRequest = request
    if (req[ARRIVED]) {
      req[ARRIVED](request)
      return h.abandon
    }
    const route = exchange.route ?? this.#handler.match(exchange, this.#live())
    if (route.lane === 'hapi' && this.lane && !exchange.upgrade) return this.lane.run(exchange, route, request, h)
    this.#handler.run(exchange, route)
    return h.abandon
  }
}
