import type { Duplex } from 'node:stream'
import { Problem, type Reply } from '../../sdk/index.js'
import type { CompiledRoute } from '../pipeline/compiled-route.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { ExchangeHooks } from '../pipeline/exchange-hooks.js'
import type { UpstreamSink } from '../upstreams/upstream-request.js'
import { isAcceptance } from '../websocket/handshake.js'
import type { HeaderRules } from './header-rules.js'
import { withPublicCookies } from './public-cookie.js'
import { withPublicLocations } from './public-location.js'
import { replyHeaders } from './reply-headers.js'
import {
  checkFraming,
  endToEndFields,
  type RawHeaders,
  type ResponseHeaderSettings,
  responseHeaders,
  withoutNames,
} from './response-headers.js'
import { settleUnread } from './settle-unread.js'

/** Most of an unwanted body that is read before its connection is given up. */
const DROPPED_BYTES = 65_536

/** Statuses whose responses have no body (RFC 9110 section 6.4.1). */
const BODILESS: ReadonlySet<number> = new Set([204, 304])

/** Writes a response to the client; one for the raw connection, one for hapi. */
export interface ResponseWriter {
  /** Returns false to pause until `onDrain`. `length` is known for a body that is written whole. */
  begin(status: number, headers: string[]): boolean
  write(chunk: Uint8Array): boolean
  /** True from a `write` that returned false until `onDrain`. */
  readonly blocked: boolean
  /** `body` is all of it, where nothing was written before. */
  end(body?: Uint8Array): void
  /** Called when a paused writer can take more. */
  onDrain(resume: () => void): void
  /** The response cannot be completed: the client must see that it is cut short. */
  cut(): void
}

/** Where connections go that have switched protocols. */
export interface TunnelHost {
  /** Throws a `Problem` to refuse a handshake before the upstream hears of it. */
  admit(exchange: GatewayExchange, route: CompiledRoute): void
  /** Answers the client 101 and joins both connections; throws if it cannot, with nothing sent. */
  open(exchange: GatewayExchange, route: CompiledRoute, headers: RawHeaders, upstream: Duplex, settings: ResponseHeaderSettings): void
}

/** What sinks share. */
export interface SinkContext {
  readonly rules: HeaderRules
  readonly requestIdHeader: string
  readonly tunnels: TunnelHost
  /** Answers a problem instead of the upstream's response, while nothing is written yet. */
  refuse(exchange: GatewayExchange, error: unknown): void
}

const LENGTH = new Set(['content-length'])

/**
 * Takes an upstream's response to a client: streamed as it comes, or collected and mapped where the route has a
 * `mapResponse` for its status.
 */
export class ResponseSink implements UpstreamSink {
  readonly #exchange: GatewayExchange
  #route: CompiledRoute
  readonly #writer: ResponseWriter
  readonly #context: SinkContext
  #begun = false
  #collected: Buffer[] | undefined = undefined
  #bytes = 0
  #status = 0
  #headers: Buffer[] = []
  /** A policy's reply went out instead; what still comes from the upstream is dropped. */
  #replaced = false

  constructor(exchange: GatewayExchange, route: CompiledRoute, writer: ResponseWriter, context: SinkContext) {
    this.#exchange = exchange
    this.#route = route
    this.#writer = writer
    this.#context = context
  }

  /** Another upstream is asked; what the first one sent has not come here. */
  turn(route: CompiledRoute): void {
    this.#route = route
  }

  begin(status: number, received: Buffer[], resume: () => void): boolean {
    this.#status = status
    const headers = this.#published(status, received)
    if (this.#exchange.hooks?.watching && this.#handOver(this.#exchange.hooks, headers, resume)) return true
    const mapped = this.#route.mapStatus?.get(status)
    if (mapped !== undefined) {
      this.#status = mapped
      if (BODILESS.has(mapped)) return this.#dropBody(headers)
    }
    if (this.#route.mapResponse?.has(this.#status) && this.#exchange.method !== 'HEAD') {
      checkFraming(headers, this.#context.rules)
      this.#headers = headers
      this.#collected = []
      return true
    }
    if (this.#exchange.gone) return true
    this.#writer.onDrain(resume)
    try {
      const more = this.#writer.begin(this.#status, this.#streamedHeaders(headers))
      this.#begun = true
      return more
    } catch (error) {
      // A response that the upstream got wrong fails like any other of its calls.
      if (error instanceof Problem) throw error
      this.#exchange.call?.cancel()
      this.#refuse(error)
      return true
    }
  }

  #published(status: number, received: Buffer[]): Buffer[] {
    const { publicLocation, publicCookie } = this.#route
    const headers = publicLocation ? withPublicLocations(status, received, this.#exchange, publicLocation) : received
    return publicCookie ? withPublicCookies(headers, publicCookie) : headers
  }

  #streamedHeaders(headers: Buffer[]): string[] {
    // What is mapped comes this far for HEAD, whose header fields are those of GET (RFC 9110 section 9.3.2) but for the length.
    const mapping = this.#route.mapResponse?.get(this.#status)
    const lines = this.#finalHeaders(headers, mapping !== undefined)
    if (mapping) lines.push('content-type', mapping.contentType)
    // An upstream that refuses a body in the middle of its upload will not read the rest.
    if (this.#status >= 400) settleUnread(this.#exchange)
    // A 204 has no length (RFC 9110 section 8.6).
    return this.#status === 204 ? withoutNames(lines, LENGTH) : lines
  }

  /** Answers with a status that has no body; what comes of the upstream's is dropped. */
  #dropBody(headers: Buffer[]): boolean {
    checkFraming(headers, this.#context.rules)
    const lines = this.#finalHeaders(headers, true)
    this.#replaced = true
    this.#begun = true
    this.#writer.begin(this.#status, lines)
    this.#writer.end()
    const { hooks } = this.#exchange
    if (hooks?.watching) hooks.begin(this.#status, endToEndFields(headers, this.#context, undefined, true))
    hooks?.complete()
    return true
  }

  /** Tells policies what came; true if one of them replied instead. */
  #handOver(hooks: ExchangeHooks, headers: Buffer[], resume?: () => void): boolean {
    const fields = endToEndFields(headers, this.#context, undefined, false)
    try {
      const reply = hooks.replacement({ status: this.#status, headers: fields })
      if (reply) this.#replace(reply)
      else hooks.begin(this.#route.mapStatus?.get(this.#status) ?? this.#status, fields, resume)
    } catch (error) {
      this.#replaced = true
      this.#refuse(error)
    }
    return this.#replaced
  }

  #replace(reply: Reply): void {
    this.#exchange.hooks?.lost()
    settleUnread(this.#exchange)
    const headers = replyHeaders(this.#exchange, reply, this.#context.requestIdHeader)
    const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body
    if (reply.status !== 204 && reply.status !== 304) headers.push('content-length', String(body?.length ?? 0))
    this.#replaced = true
    this.#begun = true
    this.#writer.begin(reply.status, headers)
    this.#writer.end(this.#exchange.method === 'HEAD' ? undefined : body)
  }

  #finalHeaders(headers: Buffer[], rewritten: boolean): string[] {
    this.#route.runResponseSteps(this.#exchange, this.#status)
    return responseHeaders(this.#exchange, headers, this.#context, rewritten)
  }

  get blocked(): boolean {
    return this.#begun && !this.#exchange.gone && this.#writer.blocked
  }

  data(chunk: Buffer): boolean {
    if (this.#replaced) return this.#drop(chunk)
    if (!this.#collected) {
      const { hooks, gone } = this.#exchange
      hooks?.data(chunk)
      return gone || this.#writer.write(chunk) || hooks?.unpaced === true
    }
    this.#bytes += chunk.length
    if (this.#bytes > this.#route.responseLimit) {
      this.#exchange.call?.cancel()
      this.fail(new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream’s response is too large to transform.' }))
      return true
    }
    this.#collected.push(chunk)
    return true
  }

  /** Reads on for a while, so that the connection can be used again. */
  #drop(chunk: Buffer): boolean {
    this.#bytes += chunk.length
    if (this.#bytes > DROPPED_BYTES) this.#exchange.call?.cancel()
    return true
  }

  end(): void {
    if (this.#replaced) return
    if (!this.#collected) {
      this.#endStreamed()
      this.#exchange.hooks?.complete()
      return
    }
    const mapping = this.#route.mapResponse?.get(this.#status)
    if (!mapping) return
    const whole = this.#collected.length === 1 ? (this.#collected[0] as Buffer) : Buffer.concat(this.#collected)
    try {
      const mapped = mapping.run(this.#exchange, whole, this.#headers)
      if (mapped instanceof Promise)
        mapped.then((body) => this.#writeMapped(body, mapping.contentType)).catch((error: unknown) => this.#refuse(error))
      else this.#writeMapped(mapped, mapping.contentType)
    } catch (error) {
      this.#refuse(error)
    }
  }

  #endStreamed(): void {
    const { req, res, gone } = this.#exchange
    if (gone) return
    if (!req.complete && settleUnread(this.#exchange)) res.once('finish', () => req.socket.destroySoon())
    this.#writer.end()
  }

  #refuse(error: unknown): void {
    this.#exchange.hooks?.lost()
    this.#context.refuse(this.#exchange, error)
  }

  #writeMapped(body: Buffer, contentType: string): void {
    const { hooks, gone } = this.#exchange
    if (!gone) {
      const headers = this.#finalHeaders(this.#headers, true)
      headers.push('content-type', contentType, 'content-length', String(body.length))
      settleUnread(this.#exchange)
      this.#writer.begin(this.#status, headers)
      this.#begun = true
      this.#writer.end(body)
    }
    if (!hooks?.watching) return
    hooks.begin(this.#status, [...endToEndFields(this.#headers, this.#context, undefined, true), 'content-type', contentType])
    hooks.data(body)
    hooks.complete()
  }

  upgrade(received: Buffer[], socket: Duplex): void {
    this.#status = 101
    const headers = this.#published(101, received)
    socket.on('error', () => undefined)
    if (!isAcceptance(this.#exchange.req, headers)) {
      socket.destroy()
      this.fail(new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream’s 101 is no answer to this WebSocket handshake.' }))
    } else if (this.#exchange.hooks?.watching && this.#handOver(this.#exchange.hooks, headers)) socket.destroy()
    else this.#join(headers, socket)
  }

  #join(headers: Buffer[], socket: Duplex): void {
    try {
      this.#context.tunnels.open(this.#exchange, this.#route, headers, socket, this.#context)
    } catch (error) {
      socket.destroy()
      this.#refuse(error)
    }
  }

  fail(problem: Problem): void {
    if (this.#replaced) return
    if (this.#begun) {
      this.#exchange.problem = problem.code
      this.#exchange.cause = problem.cause
      this.#exchange.hooks?.lost()
      this.#writer.cut()
      return
    }
    try {
      const reply = this.#exchange.hooks?.replacement({ problem })
      if (reply) this.#replace(reply)
      else this.#refuse(problem)
    } catch (error) {
      this.#refuse(error)
    }
  }
}
