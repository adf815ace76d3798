import type { Duplex, Readable } from 'node:stream'
import type { Problem } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import type { Deadlines } from './deadlines.js'
import type { ChoiceSubject, Target } from './target.js'

/** Timeouts of one call, in milliseconds. */
export interface CallTimeouts {
  readonly headers: number
  readonly idle: number
  readonly total: number | undefined
}

/** A request body as the call sends it. */
export type CallBody = Readable | Uint8Array | string | null

/** What is asked of the upstream. */
export interface UpstreamRequest extends ChoiceSubject {
  readonly method: string
  /** Path and query, without the target's base path. */
  readonly path: string
  readonly timeouts: CallTimeouts
  /** True if sending it twice does no harm (RFC 9110 section 9.2.2). */
  readonly idempotent: boolean
  /** Protocol to switch to, written as `Upgrade`; undefined for an ordinary request. */
  readonly upgrade: 'websocket' | undefined
  headers(target: Target): string[]
  /** A fresh body for one attempt; `progress` is told of each chunk and of the end. */
  body(progress: (ended: boolean) => void): CallBody
  /** True while the body is held up by the client rather than by the upstream. */
  waitsForClient(): boolean
  /** True once part of the body is gone, so that it cannot be sent again. */
  bodySpent(): boolean
}

/** Where the response goes. */
export interface UpstreamSink {
  /** The final response's status and header lines. Returns false to pause. */
  begin(status: number, headers: Buffer[], resume: () => void): boolean
  /** Returns false to pause until the `resume` given to `begin`. */
  data(chunk: Buffer): boolean
  /** True while the client takes no more. */
  readonly blocked: boolean
  end(): void
  /** The upstream answered 101 to a request with `upgrade`: its connection is the sink's from here on. */
  upgrade?(headers: Buffer[], socket: Duplex): void
  /** The call failed; called once, also after `begin`. */
  fail(problem: Problem): void
}

/** What came of one attempt, for metrics: a status class, or how it failed. */
export type AttemptObserver = (upstream: string, target: string, outcome: string) => void

/** What calls share. */
export interface CallContext {
  readonly clock: Clock
  readonly deadlines: Deadlines
  readonly observe: AttemptObserver
}
