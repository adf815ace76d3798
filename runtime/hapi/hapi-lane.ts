import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Lifecycle, Request, ResponseObject, ResponseToolkit, Server } from '@hapi/hapi'
import type { Problem, Reply } from '../../sdk/index.js'
import { forward } from '../forward/forward.js'
import type { ResponseWriter } from '../forward/response-sink.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { ExchangeHandler } from '../pipeline/exchange-handler.js'
import { mountH2o2 } from './mount-h2o2.js'

const NOTHING = Buffer.alloc(0)

/** Sends a head whose body has not come yet; an empty buffer, since an empty text would re-encode it. */
function flushHead(res: ServerResponse): void {
  if (!res.headersSent || res.writableEnded || res.destroyed || !res.socket) return
  if ((res as { _headerSent?: boolean })._headerSent === false) res.write(NOTHING)
}

/** An upstream's response as h2o2 takes it from its HTTP client. */
class LaneResponse extends Readable {
  statusCode = 0
  /** Flat header lines, edited already. */
  lines: readonly string[] = []
  /** The body of a response that the gateway wrote itself, whole before it is sent. */
  whole: Uint8Array | undefined = undefined
  headers = {}
  readonly #exchange: GatewayExchange
  #resume: (() => void) | undefined = undefined
  #flushed = false

  constructor(exchange: GatewayExchange) {
    super()
    this.#exchange = exchange
  }

  override _read(): void {
    this.#resume?.()
    if (this.#flushed) return
    this.#flushed = true
    // hapi has written the head by the time it reads, and would hold it back until the body comes.
    process.nextTick(flushHead, this.#exchange.res)
  }

  /** Also where hapi drops the response for another: the upstream need not go on. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#exchange.call?.cancel()
    done(error)
  }

  onDrain(resume: () => void): void {
    this.#resume = resume
  }
}

/** Writes an upstream's response to a stream that hapi transmits. */
class LaneWriter implements ResponseWriter {
  readonly #response: LaneResponse
  readonly #exchange: GatewayExchange
  readonly #begun: (response: LaneResponse) => void

  constructor(exchange: GatewayExchange, begun: (response: LaneResponse) => void) {
    this.#response = new LaneResponse(exchange)
    this.#exchange = exchange
    this.#begun = begun
  }

  begin(status: number, headers: string[]): boolean {
    this.#response.statusCode = status
    this.#response.lines = headers
    this.#begun(this.#response)
    return true
  }

  get blocked(): boolean {
    return this.#response.readableLength >= this.#response.readableHighWaterMark
  }

  write(chunk: Uint8Array): boolean {
    return this.#response.push(chunk)
  }

  end(body?: Uint8Array): void {
    this.#response.whole = body
    this.#response.push(null)
  }

  onDrain(resume: () => void): void {
    this.#response.onDrain(resume)
  }

  cut(): void {
    // Without an error, which nobody would take where hapi has not begun to send, or sends no body.
    this.#response.destroy()
    this.#exchange.res.destroy()
  }
}

/** What travels through h2o2 as the request's payload. */
interface LanePayload {
  readonly exchange: GatewayExchange
  readonly route: CompiledRoute
}

/**
 * What h2o2 reads of a request. Not hapi's own: the first look at its `events` makes hapi validate the description of all of them, on every
 * request, and what h2o2 waits for there is the end of the connection.
 */
class LaneRequest {
  readonly method: string
  readonly headers: Request['headers']
  readonly route: Request['route']
  readonly payload: LanePayload
  readonly hapi: Request

  constructor(hapi: Request, payload: LanePayload) {
    this.method = hapi.method
    this.headers = hapi.headers
    this.route = hapi.route
    this.payload = payload
    this.hapi = hapi
  }

  get events(): this {
    return this
  }

  once(_disconnect: string, listener: () => void): void {
    this.payload.exchange.res.once('close', listener)
  }
}

/** The lane of routes with `lifecycle: 'hapi'`: steps and forwarder are the direct lane's, the response goes through hapi. */
export class HapiLane {
  readonly #handler: ExchangeHandler
  readonly #proxy: (request: LaneRequest, h: ResponseToolkit) => Lifecycle.ReturnValue

  constructor(server: Server, handler: ExchangeHandler) {
    this.#handler = handler
    // An internal route has h2o2 build its handler once; requests reach it only through this lane.
    const proxy = {
      mapUri: async () => ({ uri: 'http://upstream/' }),
      httpClient: { request: this.#request },
      onResponse: this.#onResponse,
      passThrough: false,
      // The connections are the gateway's own.
      agent: {},
    }
    server.route({
      method: '*',
      path: '/gatewright/lane',
      options: { id: 'gatewright-lane', isInternal: true, payload: { output: 'stream', parse: false }, handler: { proxy } } as never,
    })
    this.#proxy = server.lookup('gatewright-lane')?.settings.handler as never
  }

  async run(exchange: GatewayExchange, route: CompiledRoute, request: Request, h: ResponseToolkit): Promise<Lifecycle.ReturnValue> {
    try {
      const reply = await this.#handler.steps(exchange, route)
      if (reply) return this.#reply(exchange, h, reply)
      return await this.#proxy(new LaneRequest(request, { exchange, route }), h)
    } catch (error) {
      return this.#problem(exchange, h, this.#handler.note(exchange, error))
    }
  }

  /** h2o2's seam for HTTP clients: a promise of the response with a `req` that can be destroyed. */
  readonly #request = (
    _method: string,
    _uri: string,
    options: { payload: LanePayload },
  ): Promise<LaneResponse> & { req: { destroy(): void } } => {
    const { exchange, route } = options.payload
    const promise = new Promise<LaneResponse>((resolve, reject) => {
      const context = { ...this.#handler.context, refuse: (_exchange: GatewayExchange, error: unknown) => reject(error) }
      forward(exchange, route, new LaneWriter(exchange, resolve), context)
    })
    const giveUp = () => {
      if (!exchange.hooks?.outlivesClient) exchange.call?.cancel()
    }
    return Object.assign(promise, { req: { destroy: giveUp } })
  }

  readonly #onResponse = (error: unknown, res: LaneResponse, { hapi }: LaneRequest, h: ResponseToolkit): Lifecycle.ReturnValue => {
    if (error) throw error
    withoutConditions(hapi)
    // hapi would give a response to HEAD that has no length one of 0, but for a stream.
    const bodiless = (hapi.method === 'head' && hasLength(res.lines)) || res.statusCode === 204 || res.statusCode === 304
    if (bodiless) res.resume()
    return withHeaders(h.response(bodiless ? undefined : (res.whole ?? res)).code(res.statusCode), res.lines)
  }

  #reply(exchange: GatewayExchange, h: ResponseToolkit, reply: Reply): ResponseObject {
    // As bytes: Node would join a text to the headers, and encode them with it.
    const body = reply.body === undefined ? undefined : Buffer.from(reply.body as string)
    const headers = this.#handler.replyHeaders(exchange, reply)
    withoutConditions(h.request)
    return withHeaders(h.response(body).code(reply.status), headers)
  }

  #problem(exchange: GatewayExchange, h: ResponseToolkit, problem: Problem): ResponseObject {
    return this.#reply(exchange, h, this.#handler.problem(exchange, problem))
  }
}

/** Mounts the hapi lane on `server`, with h2o2. */
export async function createHapiLane(server: Server, handler: ExchangeHandler): Promise<HapiLane> {
  await mountH2o2(server)
  return new HapiLane(server, handler)
}

/** hapi would answer these itself, for a representation that only the upstream or a policy knows. */
function withoutConditions({ headers }: Request): void {
  for (const name of ['if-none-match', 'if-modified-since']) delete headers[name]
}

const hasLength = (lines: readonly string[]) => lines.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-length')

/** Sets flat header lines on a hapi response; a name that repeats keeps all its lines. */
function withHeaders(response: ResponseObject, lines: readonly string[]): ResponseObject {
  const values = new Map<string, string[]>()
  for (let index = 0; index < lines.length; index += 2) {
    const name = (lines[index] as string).toLowerCase()
    values.set(name, [...(values.get(name) ?? []), lines[index + 1] as string])
  }
  for (const [name, all] of values)
    response.header(name, (all.length === 1 ? all[0] : all) as string)
    // hapi would call a stream without a type `application/octet-stream`; no public option leaves it out.
  ;(response as unknown as { _contentType: null })._contentType = null
  // hapi would add `; charset=utf-8` to what the upstream declared.
  return response.charset('') ?? response
}
