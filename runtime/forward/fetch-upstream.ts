import { type CapturedResponse, Problem } from '../../sdk/index.js'
import { chosenRoute } from '../pipeline/chosen-route.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange, HeaderEdit } from '../pipeline/exchange.js'
import { type OutgoingCall, openCall } from '../upstreams/open-call.js'
import type { UpstreamSink } from '../upstreams/upstream-request.js'
import { type ForwardContext, ForwardRequest } from './forward.js'
import { withPublicLocations } from './public-location.js'
import { endToEndFields } from './response-headers.js'

/** What a call of the gateway's own changes about the request it is made from. */
export interface FetchOptions {
  /** Header edits beside those that the request's own steps made. */
  readonly edits?: readonly HeaderEdit[]
  /** Method instead of the request's own. */
  readonly method?: string
  /** Most bytes of body that are collected; more is a problem. */
  readonly limit: number
  /** Where it goes, and how, instead of the request's own route. */
  readonly route?: CompiledRoute
  /** The body. Default: none. */
  readonly body?: string | undefined
  /** Told of the call before it is sent, so that it can be ended early; its promise then never settles. */
  readonly begun?: (call: OutgoingCall) => void
}

class Collector implements UpstreamSink {
  readonly blocked = false
  readonly #context: ForwardContext
  readonly #limit: number
  readonly #resolve: (response: CapturedResponse) => void
  readonly #reject: (problem: Problem) => void
  readonly #publish: ((status: number, headers: Buffer[]) => Buffer[]) | undefined
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #status = 0
  #headers: readonly string[] = []
  cancel: () => void = () => undefined

  /** @param publish makes the upstream's locations those that callers see */
  constructor(
    context: ForwardContext,
    limit: number,
    resolve: (response: CapturedResponse) => void,
    reject: (problem: Problem) => void,
    publish: ((status: number, headers: Buffer[]) => Buffer[]) | undefined,
  ) {
    this.#context = context
    this.#publish = publish
    this.#limit = limit
    this.#resolve = resolve
    this.#reject = reject
  }

  begin(status: number, headers: Buffer[]): boolean {
    this.#status = status
    this.#headers = endToEndFields(this.#publish?.(status, headers) ?? headers, this.#context, undefined, false)
    return true
  }

  data(chunk: Buffer): boolean {
    this.#bytes += chunk.length
    if (this.#bytes > this.#limit) {
      this.cancel()
      this.#reject(new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream’s response is too large to be kept.' }))
    } else this.#chunks.push(chunk)
    return true
  }

  end(): void {
    this.#resolve({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) })
  }

  fail(problem: Problem): void {
    this.#reject(problem)
  }
}

/**
 * Sends an exchange's request upstream once more, without its body and apart from its client, and collects the response.
 * Rejects with the problem that the call ended in.
 */
export async function fetchUpstream(
  exchange: GatewayExchange,
  context: ForwardContext,
  { edits = [], method = exchange.method, limit, route: given, body = '', begun }: FetchOptions,
): Promise<CapturedResponse> {
  const route = given ?? (exchange.route && chosenRoute(exchange, exchange.route))
  if (!route?.pool) throw new Problem('INTERNAL')
  const { pool } = route
  const apart: GatewayExchange = Object.create(exchange, {
    requestEdits: { value: [...(exchange.requestEdits ?? []), ...edits] },
    method: { value: method },
    body: { value: body },
    upgrade: { value: false },
  })
  // What another route of its own is asked stays with who asks.
  const location = given ? undefined : route.publicLocation
  const publish = location && ((status: number, headers: Buffer[]) => withPublicLocations(status, headers, exchange, location))
  return new Promise((resolve, reject) => {
    const sink = new Collector(context, limit, resolve, reject, publish)
    const call = openCall(pool, new ForwardRequest(apart, route, context), sink, context)
    sink.cancel = () => call.cancel()
    begun?.(call)
    call.send()
  })
}
