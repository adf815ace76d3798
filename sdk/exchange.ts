import type { Problem } from './problems.js'
import type { BaseContext } from './types.js'

/** A response that a step gives instead of the upstream's. */
export interface Reply {
  readonly status: number
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[]
  readonly body?: string | Uint8Array
}

/** A whole response as the upstream gave it: its end-to-end fields, flat, before any response step has changed them. */
export interface CapturedResponse {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Uint8Array
}

/** What came of the call to the upstream, before anything is sent to the client: a response's status and fields, or a problem. */
export type UpstreamOutcome =
  | { readonly status: number; readonly headers: readonly string[]; readonly problem?: undefined }
  | { readonly status?: undefined; readonly headers?: undefined; readonly problem: Problem }

/** How a response is captured. */
export interface CaptureOptions {
  /** True to keep the upstream's response coming, for the capture alone, after the client has left. Default false: the call is given up. */
  readonly outlivesClient?: boolean
  /**
   * True to take the response as fast as the upstream sends it, up to `limit`, since others wait for it: what its own client has not taken yet is held in
   * memory. Default false: a slow client slows the upstream down.
   */
  readonly unpaced?: boolean
}

/** How an exchange ended. */
export interface ExchangeEnd {
  readonly status: number
  /** The client left before its response was complete, or the response was cut short. */
  readonly aborted: boolean
}

/** One request with its context, as policy steps see it. */
export interface Exchange extends BaseContext {
  /** Decoded path parameters; parsed ones once the route's schema has run. */
  readonly params: Readonly<Record<string, unknown>>
  /** Parsed query; raw strings unless the route declares a schema. */
  readonly query: Readonly<Record<string, unknown>>
  /** What the route's auth found, or undefined before it ran. */
  readonly auth: unknown
  readonly routeId: string
  /** True for a CORS preflight: only `admit` steps run, on the route that the preflight asks about. */
  readonly preflight: boolean
  /** Sets a header of the request sent upstream, replacing the client's. Names are lower-case. */
  setRequestHeader(name: string, value: string): void
  /** Keeps a header of the client's request from being sent upstream. */
  removeRequestHeader(name: string): void
  /** Sets a header of the response to the client, replacing the upstream's. */
  setResponseHeader(name: string, value: string): void
  /** Adds a header line to the response, beside any of the upstream's. */
  addResponseHeader(name: string, value: string): void
  removeResponseHeader(name: string): void
  /** The query as it goes upstream, without `?`: the caller's, unless a policy has set another. */
  readonly upstreamQuery: string
  /** Replaces the query sent upstream; it must be encoded. */
  setUpstreamQuery(query: string): void
  /** Publishes what this policy gives to later steps: `ctx.<key in use>`. */
  give(key: string, value: unknown): void
  /**
   * Reads the whole request body, up to `limit` bytes; the same bytes then go upstream. Empty where there is none.
   * Rejects with the problem PAYLOAD_TOO_LARGE.
   */
  readBody(limit: number): Promise<Uint8Array>
  /**
   * Called once, when the response is finished or the client is gone, or when the WebSocket that it opened is closed;
   * in the reverse order of registration.
   */
  onFinish(listener: (end: ExchangeEnd) => void): void
  /**
   * Called when the upstream's outcome is known and nothing is sent yet; a {@link Reply} takes its place.
   * Listeners run in the reverse order of registration, until one replies.
   */
  onUpstream(listener: (outcome: UpstreamOutcome) => Reply | undefined): void
  /**
   * Hands over the response that comes from the upstream once it is complete, transformed if the route transforms it;
   * undefined if it does not come, breaks off or has more than `limit` bytes.
   */
  captureResponse(limit: number, done: (response: CapturedResponse | undefined) => void, options?: CaptureOptions): void
}

/** Runs before the upstream is called. Returns nothing, or a {@link Reply} to stop early; throws a `Problem` to refuse. */
// biome-ignore lint/suspicious/noConfusingVoidType: a step may simply not return
export type RequestStep = (exchange: Exchange) => void | Reply | Promise<void | Reply>

/** Runs when the response's status is known, for upstream responses, replies and problems alike, in reverse order. */
export type ResponseStep = (exchange: Exchange, status: number) => void

/** A policy ready to run. */
export interface CompiledPolicy {
  readonly request?: RequestStep
  readonly response?: ResponseStep
}
