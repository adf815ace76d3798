import type { ClientAddress } from '../edge/client-address.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { type CallContext, UpstreamCall, type UpstreamRequest } from '../upstreams/send.js'
import { checkDeclaredLength, hasBody } from './collect-body.js'
import { RequestBody } from './request-body.js'
import { requestHeaders } from './request-headers.js'
import { ResponseSink, type ResponseWriter, type SinkContext } from './response-sink.js'

/** What every forwarded request shares. */
export interface ForwardContext extends SinkContext, CallContext {
  readonly addresses: ClientAddress
  /** This gateway's name in `Via`. */
  readonly pseudonym: string
}

/** Methods that may be sent twice (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'SEARCH', 'REPORT'])

/** The upstream's side of an exchange. */
export class ForwardRequest implements UpstreamRequest {
  readonly method: string
  readonly path: string
  readonly timeouts: CompiledRoute['timeouts']
  readonly idempotent: boolean
  readonly upgrade: 'websocket' | undefined
  readonly affinity: string | undefined
  readonly subset: string | undefined
  readonly bond: string | undefined
  readonly #exchange: GatewayExchange
  readonly #route: CompiledRoute
  readonly #context: ForwardContext
  #stream: RequestBody | undefined = undefined

  constructor(exchange: GatewayExchange, route: CompiledRoute, context: ForwardContext) {
    this.method = exchange.method
    this.path = route.upstreamTarget(exchange)
    this.timeouts = route.timeouts
    this.idempotent = IDEMPOTENT.has(exchange.method)
    this.upgrade = exchange.upgrade && route.websocket ? 'websocket' : undefined
    const { chooseBy } = route
    this.affinity = chooseBy?.affinity?.(exchange)
    this.subset = chooseBy?.subset?.(exchange)
    this.bond = chooseBy?.bond?.(exchange)
    this.#exchange = exchange
    this.#route = route
    this.#context = context
  }

  headers(target: Parameters<UpstreamRequest['headers']>[0]): string[] {
    const { rules, addresses, requestIdHeader, pseudonym } = this.#context
    return requestHeaders(
      this.#exchange,
      target,
      { rules, addresses, requestIdHeader, pseudonym, preserveHost: this.#route.preserveHost },
      this.#exchange.body === undefined,
    )
  }

  body(progress: (ended: boolean) => void) {
    if (this.#exchange.body !== undefined) return this.#exchange.body
    if (!hasBody(this.#exchange.req)) return null
    this.#stream = new RequestBody(this.#exchange, this.#route.bodyLimit, progress)
    return this.#stream
  }

  waitsForClient(): boolean {
    return this.#stream?.waiting ?? false
  }

  bodySpent(): boolean {
    return this.#stream?.touched ?? false
  }
}

/**
 * Sends an exchange upstream and its response to the writer.
 * @throws Problem if the declared length of the body is over the route's limit, or a WebSocket handshake is not admitted
 */
export function forward(exchange: GatewayExchange, route: CompiledRoute, writer: ResponseWriter, context: ForwardContext): void {
  if (exchange.body === undefined) checkDeclaredLength(exchange.req, route.bodyLimit)
  if (!route.pool) return
  if (exchange.upgrade) context.tunnels.admit(exchange, route)
  const call = new UpstreamCall(
    route.pool,
    new ForwardRequest(exchange, route, context),
    new ResponseSink(exchange, route, writer, context),
    context,
  )
  exchange.call = call
  call.send()
}
