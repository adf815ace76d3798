import type { Duplex, Readable } from 'node:stream'
import { Problem } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import type { Deadlines, Expiring } from './deadlines.js'
import type { AttemptResult, ChoiceSubject, Target, UpstreamPool } from './target.js'
import { type CallStage, isRefused, isReset, upstreamFailure } from './upstream-failure.js'

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

/** Most interim responses (1xx) before one final response. */
const MAX_INTERIM = 100
/** Most header lines of a response; undici bounds their size, in which thousands of tiny ones would fit. */
const MAX_HEADER_LINES = 500

/** Most targets tried when none of them takes the connection. */
const MAX_CONNECT_ATTEMPTS = 3

/** A status class stands for a whole response. */
function resultOf(outcome: string): AttemptResult {
  return outcome.length === 3 ? 'response' : (outcome as AttemptResult)
}

/**
 * One request to an upstream: picks a target, sends, and hands the response to the sink as it arrives.
 * A refused connection moves on to another target; a connection that ends before the first byte of the response is
 * tried once more, if the request is idempotent. Implements undici's dispatch handler.
 */
export class UpstreamCall implements Expiring {
  expiresAt = Number.POSITIVE_INFINITY
  rosterIndex = -1
  readonly #pool: UpstreamPool
  readonly #request: UpstreamRequest
  readonly #sink: UpstreamSink
  readonly #context: CallContext
  readonly #endsAt: number
  #target: Target | undefined = undefined
  #stage: CallStage = 'connecting'
  #abort: ((error?: Error) => void) | undefined = undefined
  #uploading = false
  #attempts = 0
  #resets = 0
  #interim = 0
  #status = 0
  #sentAt = 0
  #answeredAt = 0
  #over = false

  constructor(pool: UpstreamPool, request: UpstreamRequest, sink: UpstreamSink, context: CallContext) {
    this.#pool = pool
    this.#request = request
    this.#sink = sink
    this.#context = context
    const { total } = request.timeouts
    this.#endsAt = total === undefined ? Number.POSITIVE_INFINITY : context.clock.now() + total
  }

  /** URL of the target that was tried last. */
  get target(): string | undefined {
    return this.#target?.url
  }

  send(): void {
    const target = this.#pool.pick(this.#target, this.#request)
    if (!target) {
      this.#finish(new Problem('NO_HEALTHY_TARGET', { headers: ['Retry-After', '1'] }))
      return
    }
    this.#target = target
    this.#stage = 'connecting'
    this.#abort = undefined
    this.#attempts++
    target.active++
    this.#sentAt = this.#context.clock.now()
    const body = this.#request.body(this.#onUpload)
    this.#uploading = body !== null && typeof body === 'object' && 'pipe' in body
    this.#extend(this.#uploading ? this.#request.timeouts.idle : this.#request.timeouts.headers)
    this.#context.deadlines.watch(this)
    const options = {
      path: target.basePath + this.#request.path,
      method: this.#request.method as 'GET',
      headers: this.#request.headers(target),
      body,
      ...(this.#request.upgrade === undefined ? undefined : { upgrade: this.#request.upgrade }),
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(target.servername === undefined ? undefined : { servername: target.servername }),
    }
    try {
      target.dispatcher.dispatch(options, this)
    } catch (error) {
      this.onError(error as Error)
    }
  }

  /** Ends the call: the client is gone, or nobody needs the rest. */
  cancel(): void {
    if (this.#over) return
    this.#settle('cancelled')
    this.#abort?.()
  }

  expire(): void {
    const now = this.#context.clock.now()
    if (this.#stage === 'receiving' && this.#sink.blocked && now < this.#endsAt) {
      // The client is what is slow; how long it may be is not for the upstream's timeout to say.
      this.#extend(this.#request.timeouts.idle)
      this.#context.deadlines.watch(this)
      return
    }
    const late = this.#late()
    const abort = this.#abort
    this.#finish(late, late.code === 'REQUEST_TIMEOUT' ? 'cancelled' : 'timeout')
    abort?.(late)
  }

  #late(): Problem {
    if (this.#uploading && this.#request.waitsForClient())
      return new Problem('REQUEST_TIMEOUT', { detail: 'The request body stopped coming.' })
    return new Problem('UPSTREAM_TIMED_OUT', {
      detail:
        this.#stage === 'receiving' ? 'The upstream fell silent in the middle of its response.' : 'The upstream did not answer in time.',
    })
  }

  readonly #onUpload = (ended: boolean): void => {
    if (this.#stage === 'receiving') return
    if (ended) this.#uploading = false
    this.#extend(ended ? this.#request.timeouts.headers : this.#request.timeouts.idle)
  }

  #extend(timeout: number): void {
    this.expiresAt = Math.min(this.#context.clock.now() + timeout, this.#endsAt)
  }

  /** Counts the attempt and lets go of the target. */
  #settle(outcome: string): void {
    this.#over = true
    this.#release(outcome)
  }

  #release(outcome: string): void {
    this.#context.deadlines.forget(this)
    if (!this.#target) return
    this.#target.active--
    const answered = this.#stage === 'receiving'
    const latency = (answered ? this.#answeredAt : this.#context.clock.now()) - this.#sentAt
    this.#pool.report(this.#target, resultOf(outcome), answered ? this.#status : 0, latency)
    this.#context.observe(this.#pool.name, this.#target.url, outcome)
  }

  #finish(problem: Problem, outcome?: string): void {
    if (this.#over) return
    if (outcome !== undefined || this.#attempts > 0) this.#settle(outcome ?? 'error')
    else this.#over = true
    this.#sink.fail(problem)
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#over) {
      abort()
      return
    }
    this.#stage = 'waiting'
    this.#abort = abort
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    if (this.#over) return true
    if (status < 200 || status > 999) {
      this.#onInterim(status)
      return true
    }
    if (headers.length > 2 * MAX_HEADER_LINES)
      throw new Problem('UPSTREAM_INVALID_RESPONSE', { detail: 'The upstream’s response has too many header lines.' })
    this.#stage = 'receiving'
    this.#status = status
    this.#answeredAt = this.#context.clock.now()
    this.#extend(this.#request.timeouts.idle)
    const more = this.#sink.begin(status, headers, resume)
    // Whole with its header (RFC 9112 section 6.3), also where a length says what another status would have sent.
    if (status === 204 || status === 304) this.onComplete()
    return more
  }

  /** Interim responses end here: what they announce is between the upstream and the gateway. */
  #onInterim(status: number): void {
    // An upgrade that nobody asked for would leave the connection in a protocol that nobody speaks.
    if (status === 101) this.#refuse('The upstream switched protocols unasked.')
    else if (status < 100 || status > 999) this.#refuse('The upstream’s status code is none of HTTP.')
    else if (++this.#interim > MAX_INTERIM) this.#refuse('The upstream sent interim responses without end.')
  }

  #refuse(detail: string): void {
    this.#abort?.(new Problem('UPSTREAM_INVALID_RESPONSE', { detail }))
  }

  onUpgrade(_status: number, headers: Buffer[], socket: Duplex): void {
    const target = this.#target
    if (this.#over || !target) {
      socket.destroy()
      return
    }
    this.#settle('1xx')
    // The target serves the connection for as long as it is open.
    target.active++
    socket.once('close', () => target.active--)
    this.#sink.upgrade?.(headers, socket)
  }

  onData(chunk: Buffer): boolean {
    if (this.#over) return true
    this.#extend(this.#request.timeouts.idle)
    return this.#sink.data(chunk)
  }

  onComplete(): void {
    if (this.#over) return
    this.#settle(`${Math.floor(this.#status / 100)}xx`)
    this.#sink.end()
  }

  onError(error: Error): void {
    if (this.#over) return
    if (this.#stage === 'connecting' && isRefused(error) && this.#target) this.#pool.reportUnreachable(this.#target)
    if (this.#mayRetry(error)) {
      this.#release(this.#stage === 'connecting' ? 'unreachable' : 'reset')
      this.send()
      return
    }
    this.#finish(upstreamFailure(error, this.#stage), this.#stage === 'connecting' ? 'unreachable' : isReset(error) ? 'reset' : 'error')
  }

  #mayRetry(error: Error): boolean {
    if (this.#stage === 'receiving' || error instanceof Problem || this.#request.bodySpent() || this.#context.clock.now() >= this.#endsAt)
      return false
    if (this.#stage === 'connecting') {
      const other = this.#pool.pick(this.#target, this.#request)
      return this.#attempts < MAX_CONNECT_ATTEMPTS && other !== undefined && other !== this.#target
    }
    return isReset(error) && this.#request.idempotent && this.#resets++ === 0
  }
}
