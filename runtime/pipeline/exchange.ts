import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CapturedResponse, CaptureOptions, Exchange, ExchangeEnd, ProblemCode, Reply, UpstreamOutcome } from '../../sdk/index.js'
import { checkDeclaredLength, collectBody, hasBody, type Upload } from '../forward/collect-body.js'
import type { Taps } from '../forward/taps.js'
import type { CompiledRoute } from './compiled-route.js'
import { ExchangeHooks } from './exchange-hooks.js'
import { parseCookies } from './parse-cookies.js'

const NOTHING: Readonly<Record<string, never>> = Object.freeze({})
const NO_BYTES = Buffer.alloc(0)
const NO_METHODS: readonly string[] = Object.freeze([])

/** A header edit: replace (`set`), add a line (`add`), or take away (undefined value). */
export interface HeaderEdit {
  readonly name: string
  readonly value: string | undefined
  readonly add: boolean
}

/** One request on its way through the gateway. A class, so that every exchange has one shape. */
export class GatewayExchange implements Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly method: string
  readonly path: string
  readonly queryString: string
  readonly ip: string
  readonly requestId: string
  readonly startedAt: number
  /** Its place among the exchanges in flight. */
  rosterIndex = -1
  routeId = ''
  params: Readonly<Record<string, unknown>> = NOTHING
  query: Readonly<Record<string, unknown>> = NOTHING
  /** Headers and cookies once the route's schemas have run; undefined where it has none. */
  parsedHeaders: Readonly<Record<string, never>> | undefined = undefined
  parsedCookies: Readonly<Record<string, unknown>> | undefined = undefined
  auth: unknown = undefined
  preflight = false
  /** Methods that have a route on this path; set for preflights and where no route matches. */
  allowedMethods: readonly string[] = NO_METHODS
  /** hapi's request, for strategies and the hapi lane. */
  hapiRequest: unknown = undefined
  /** What policies published, by key in `use`. */
  given: Record<string, unknown> | undefined = undefined
  requestEdits: HeaderEdit[] | undefined = undefined
  responseEdits: HeaderEdit[] | undefined = undefined
  /** A WebSocket handshake that came with its bare socket. */
  upgrade = false
  /** The client waits for `100 Continue` before it sends the body. */
  expectsContinue = false
  upstreamQuery: string
  /** Path parameters as matched, before any schema. */
  matched: Readonly<Record<string, string>> = NOTHING
  /** The request body to send, where it was collected; undefined while it is still to be streamed. */
  body: Uint8Array | string | undefined = undefined
  /** The parsed JSON body, for `mapRequest`. */
  json: unknown = undefined
  /** The request body, while it is read. */
  upload: Upload | undefined = undefined
  /** The body as it is being read, where a step asked for it. */
  collected: Promise<Buffer> | undefined = undefined
  /** What policies asked to be told of. */
  hooks: ExchangeHooks | undefined = undefined
  /** Those who follow the call to the upstream; most exchanges have none. */
  taps: Taps | undefined = undefined
  /** The upstream call under way. */
  call:
    | { cancel(): void; readonly target?: string | undefined; readonly targets?: ReadonlySet<string>; readonly attempts?: number }
    | undefined = undefined
  /** The route that runs; set when it is matched. */
  route: CompiledRoute | undefined = undefined
  /** The client's connection is closed. */
  gone = false
  /** For the log and the metrics. */
  problem: ProblemCode | undefined = undefined
  cause: unknown = undefined
  target: string | undefined = undefined
  /** What stood in for the upstream, and after which problem or status. */
  fallback: { readonly to: 'upstream' | 'reply'; readonly after: string } | undefined = undefined
  /** What became of the parts of a composed response, and how long each took. */
  parts: Record<string, { readonly outcome: string; readonly ms: number | undefined }> | undefined = undefined

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    path: string,
    queryString: string,
    ip: string,
    requestId: string,
    startedAt: number,
  ) {
    this.req = req
    this.res = res
    this.method = req.method as string
    this.path = path
    this.queryString = queryString
    this.upstreamQuery = queryString
    this.ip = ip
    this.requestId = requestId
    this.startedAt = startedAt
  }

  get headers(): Readonly<Record<string, string | string[] | undefined>> {
    return this.parsedHeaders ?? this.req.headers
  }

  get cookies(): Readonly<Record<string, unknown>> {
    return this.parsedCookies ?? parseCookies(this.req.headers.cookie)
  }

  setRequestHeader(name: string, value: string): void {
    ;(this.requestEdits ??= []).push({ name, value, add: false })
  }

  removeRequestHeader(name: string): void {
    ;(this.requestEdits ??= []).push({ name, value: undefined, add: false })
  }

  setResponseHeader(name: string, value: string): void {
    ;(this.responseEdits ??= []).push({ name, value, add: false })
  }

  addResponseHeader(name: string, value: string): void {
    ;(this.responseEdits ??= []).push({ name, value, add: true })
  }

  removeResponseHeader(name: string): void {
    ;(this.responseEdits ??= []).push({ name, value: undefined, add: false })
  }

  setUpstreamQuery(query: string): void {
    this.upstreamQuery = query
  }

  /** Asks the client for the body, once, if it waits to be asked. */
  continueOnce(): void {
    if (!this.expectsContinue) return
    this.expectsContinue = false
    this.res.writeContinue()
  }

  give(key: string, value: unknown): void {
    ;(this.given ??= {})[key] = value
  }

  readBody(limit: number): Promise<Buffer> {
    if (!hasBody(this.req)) return Promise.resolve(NO_BYTES)
    if (!this.collected) {
      checkDeclaredLength(this.req, limit)
      this.continueOnce()
      this.collected = collectBody(this.req, limit, this)
    }
    return this.collected
  }

  onFinish(listener: (end: ExchangeEnd) => void): void {
    this.hooked().onFinish(listener)
  }

  onUpstream(listener: (outcome: UpstreamOutcome) => Reply | undefined): void {
    this.hooked().onUpstream(listener)
  }

  captureResponse(limit: number, done: (response: CapturedResponse | undefined) => void, options?: CaptureOptions): void {
    this.hooked().capture(limit, done, options)
  }

  hooked(): ExchangeHooks {
    this.hooks ??= new ExchangeHooks((error) => {
      this.cause ??= error
    })
    return this.hooks
  }
}
