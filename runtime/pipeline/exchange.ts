import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Exchange } from '../../sdk/index.js'

const NOTHING: Readonly<Record<string, never>> = Object.freeze({})
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
  routeId = ''
  params: Readonly<Record<string, unknown>> = NOTHING
  query: Readonly<Record<string, unknown>> = NOTHING
  auth: unknown = undefined
  preflight = false
  /** For a preflight: the methods that have a route at its path. */
  allowedMethods: readonly string[] = NO_METHODS
  /** hapi's request, for strategies and the hapi lane. */
  hapiRequest: unknown = undefined
  /** What policies published, by key in `use`. */
  given: Record<string, unknown> | undefined = undefined
  requestEdits: HeaderEdit[] | undefined = undefined
  responseEdits: HeaderEdit[] | undefined = undefined

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
    this.ip = ip
    this.requestId = requestId
    this.startedAt = startedAt
  }

  get headers(): Readonly<Record<string, string | string[] | undefined>> {
    return this.req.headers
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

  give(key: string, value: unknown): void {
    ;(this.given ??= {})[key] = value
  }
}
