import type { ClientAddress } from '../edge/client-address.js'
import { chosenRoute } from '../pipeline/chosen-route.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { type OutgoingCall, openCall } from '../upstreams/open-call.js'
import type { Target, UpstreamPool } from '../upstreams/target.js'
import type { CallContext, UploadListener, UpstreamRequest, UpstreamSink } from '../upstreams/upstream-request.js'
import { checkDeclaredLength, hasBody } from './collect-body.js'
import { FallbackCall } from './fallback-call.js'
import { KeptBody } from './kept-body.js'
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

function streams({ body, req }: GatewayExchange): boolean {
  return body === undefined && hasBody(req)
}

/** True if a request that is not idempotent may be sent twice all the same. */
function repeats(nonIdempotent: 'with-key' | boolean, { req }: GatewayExchange): boolean {
  return nonIdempotent === 'with-key' ? req.headers['idempotency-key'] !== undefined : nonIdempotent
}

/** The timeouts of one request; a trusted proxy may have less time left than the route gives. */
function timeoutsFor(
  { req, startedAt }: GatewayExchange,
  { timeouts }: CompiledRoute,
  header: string,
  { addresses, clock }: ForwardContext,
) {
  const given = req.headers[header]
  if (typeof given !== 'string' || !/^\d{1,9}$/.test(given) || !addresses.trusts(req.socket.remoteAddress ?? '')) return timeouts
  // It was said when the request came, and this may be a later call of a composition.
  const left = Math.max(1, Number(given) - (clock.now() - startedAt))
  return { ...timeouts, total: Math.min(left, timeouts.total ?? Number.POSITIVE_INFINITY) }
}

/** The upstream's side of an exchange. */
export class ForwardRequest implements UpstreamRequest {
  readonly method: string
  readonly path: string
  readonly timeouts: CompiledRoute['timeouts']
  readonly idempotent: boolean
  readonly repeatable: boolean
  readonly retry: CompiledRoute['retry']
  readonly hedge: CompiledRoute['hedge']
  readonly upgrade: 'websocket' | undefined
  readonly affinity: string | undefined
  readonly subset: string | undefined
  readonly bond: string | undefined
  readonly #exchange: GatewayExchange
  readonly #route: CompiledRoute
  readonly #context: ForwardContext
  #stream: RequestBody | undefined = undefined
  #kept: KeptBody | undefined = undefined

  constructor(exchange: GatewayExchange, route: CompiledRoute, context: ForwardContext) {
    this.method = exchange.method
    this.path = route.upstreamTarget(exchange)
    const { retry, hedge } = route
    this.timeouts = route.deadlineHeader === undefined ? route.timeouts : timeoutsFor(exchange, route, route.deadlineHeader, context)
    this.idempotent = IDEMPOTENT.has(exchange.method)
    this.retry = retry
    this.repeatable = this.idempotent || (retry ? repeats(retry.nonIdempotent, exchange) : false)
    this.hedge = hedge && this.idempotent && !exchange.upgrade && !streams(exchange) ? hedge : undefined
    this.upgrade = exchange.upgrade && route.websocket ? 'websocket' : undefined
    const { chooseBy } = route
    this.affinity = chooseBy?.affinity?.(exchange)
    this.subset = chooseBy?.subset?.(exchange)
    this.bond = chooseBy?.bond?.(exchange)
    this.#exchange = exchange
    this.#route = route
    this.#context = context
  }

  headers(target: Target, remaining: number): string[] {
    const { preserveHost, deadlineHeader } = this.#route
    const { rules, addresses, requestIdHeader, pseudonym } = this.#context
    return requestHeaders(
      this.#exchange,
      target,
      { rules, addresses, requestIdHeader, pseudonym, preserveHost, deadlineHeader },
      this.#exchange.body === undefined,
      remaining,
    )
  }

  body(listener: UploadListener) {
    if (this.#exchange.body !== undefined) return this.#exchange.body
    if (!hasBody(this.#exchange.req)) return null
    if (this.#stream) this.#stream.detach()
    else if (this.retry && this.repeatable) this.#kept = KeptBody.of(this.#exchange.req, this.retry.replay)
    this.#stream = new RequestBody(this.#exchange, this.#route.bodyLimit, listener, this.#kept)
    return this.#stream
  }

  waitsForClient(): boolean {
    return this.#stream?.waiting ?? false
  }

  bodySpent(): boolean {
    return this.#kept ? this.#kept.lost : (this.#stream?.touched ?? false)
  }
}

/**
 * Sends an exchange upstream and its response to the writer.
 * @throws Problem if the declared length of the body is over the route's limit, or a WebSocket handshake is not admitted
 */
export function forward(exchange: GatewayExchange, given: CompiledRoute, writer: ResponseWriter, context: ForwardContext): void {
  const route = chosenRoute(exchange, given)
  if (exchange.body === undefined) checkDeclaredLength(exchange.req, route.bodyLimit)
  if (!route.pool) return
  if (exchange.upgrade) context.tunnels.admit(exchange, route)
  const own = new ResponseSink(exchange, route, writer, context)
  const sink = exchange.taps && !exchange.upgrade ? exchange.taps.follow(exchange, route, own, context) : own
  const call = callFor({ exchange, route, pool: route.pool, sink, context, own })
  exchange.call = call
  call.send()
}

function callFor(parts: {
  readonly exchange: GatewayExchange
  readonly route: CompiledRoute
  readonly pool: UpstreamPool
  readonly sink: UpstreamSink
  readonly own: ResponseSink
  readonly context: ForwardContext
}): OutgoingCall {
  const { exchange, route, pool, sink, own, context } = parts
  const { fallback } = route
  if (!fallback || exchange.upgrade) return openCall(pool, new ForwardRequest(exchange, route, context), sink, context)
  const requestFor = (to: CompiledRoute) => new ForwardRequest(exchange, to, context)
  const turned = (to: CompiledRoute) => own.turn(to)
  return new FallbackCall({ exchange, route, pool, fallback, sink, turned, context, requestFor })
}
