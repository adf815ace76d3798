import type { Duplex } from 'node:stream'
import { Problem } from '../../sdk/index.js'
import type { Expiring } from './deadlines.js'
import type { AttemptResult, Target, UpstreamPool } from './target.js'
import { attemptFailure, type CallStage, type FailureKind, isRefused } from './upstream-failure.js'
import type { CallContext, UploadListener, UpstreamRequest } from './upstream-request.js'

/** Most interim responses (1xx) before one final response. */
const MAX_INTERIM = 100
/** Most header lines of a response; undici bounds their size, in which thousands of tiny ones would fit. */
const MAX_HEADER_LINES = 500
/** Most of an unwanted response that is read, so that its connection can be used again, and the longest that may take; milliseconds. */
const DROPPED_BYTES = 65_536
const DROPPED_MS = 1_000

/** The call that an attempt is made for. */
export interface AttemptOwner {
  readonly pool: UpstreamPool
  readonly request: UpstreamRequest
  readonly context: CallContext
  /** When the whole call is over at the latest. */
  readonly endsAt: number
  /** Longest that one attempt may take until its response begins; milliseconds. */
  readonly perTry: number
  /** True while the client takes no more of the response. */
  readonly blocked: boolean
  /** The final response has begun; returns false to pause it. */
  answered(attempt: Attempt, status: number, headers: Buffer[], resume: () => void): boolean
  /** Returns false to pause. */
  data(chunk: Buffer): boolean
  completed(): void
  upgraded(attempt: Attempt, headers: Buffer[], socket: Duplex): void
  failed(attempt: Attempt, kind: FailureKind, problem: Problem): void
}

/** A status class stands for a whole response. */
function resultOf(outcome: string): AttemptResult {
  return outcome.length === 3 ? 'response' : (outcome as AttemptResult)
}

/** One request to one target. Implements undici's dispatch handler; lets go of the target before it tells its owner how it ended. */
export class Attempt implements Expiring, UploadListener {
  expiresAt = Number.POSITIVE_INFINITY
  rosterIndex = -1
  readonly target: Target
  readonly #owner: AttemptOwner
  #stage: CallStage = 'connecting'
  #abort: ((error?: Error) => void) | undefined = undefined
  #uploading = false
  #interim = 0
  #status = 0
  #sentAt = 0
  #answeredAt = 0
  #limit = 0
  /** From the target's breaker. */
  #permit = 0
  #over = false
  #dropped = 0

  constructor(owner: AttemptOwner, target: Target) {
    this.#owner = owner
    this.target = target
  }

  send(): void {
    const { target } = this
    const { request, context, endsAt, perTry } = this.#owner
    const { headers, idle } = request.timeouts
    target.active++
    this.#sentAt = context.clock.now()
    this.#limit = Math.min(endsAt, this.#sentAt + perTry)
    const body = request.body(this)
    this.#uploading = body !== null && typeof body === 'object' && 'pipe' in body
    this.#extend(this.#uploading ? idle : headers)
    context.deadlines.watch(this)
    const options = {
      path: target.basePath + request.path,
      method: request.method as 'GET',
      headers: request.headers(target, Math.min(headers, this.#limit - this.#sentAt)),
      body,
      ...(request.upgrade === undefined ? undefined : { upgrade: request.upgrade }),
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(target.servername === undefined ? undefined : { servername: target.servername }),
    }
    // Nothing that could throw comes between this and what settles it.
    this.#permit = this.#owner.pool.breakers?.admit(target) ?? 0
    try {
      target.dispatcher.dispatch(options, this)
    } catch (error) {
      this.onError(error as Error)
    }
  }

  /** Ends it: nobody needs the response, or the rest of it. */
  cancel(): void {
    if (this.#over) return
    this.#settle('cancelled')
    this.#abort?.()
  }

  /** Has what comes of the response read and dropped; for one that has begun and is not the call's. */
  discard(): void {
    this.#settle(`${Math.floor(this.#status / 100)}xx`)
    this.expiresAt = this.#owner.context.clock.now() + DROPPED_MS
    this.#owner.context.deadlines.watch(this)
  }

  expire(): void {
    const { context, endsAt, blocked } = this.#owner
    if (this.#over) {
      this.#abort?.()
      return
    }
    if (this.#stage === 'receiving' && blocked && context.clock.now() < endsAt) {
      // The client is what is slow; how long it may be is not for the upstream's timeout to say.
      this.#extend(this.#owner.request.timeouts.idle)
      context.deadlines.watch(this)
      return
    }
    const late = this.#late()
    const client = late.code === 'REQUEST_TIMEOUT'
    const kind = client ? 'client' : this.#stage === 'receiving' ? 'broken' : 'timeout'
    this.#settle(client ? 'cancelled' : 'timeout')
    this.#abort?.(late)
    this.#owner.failed(this, kind, late)
  }

  #late(): Problem {
    if (this.#uploading && this.#owner.request.waitsForClient())
      return new Problem('REQUEST_TIMEOUT', { detail: 'The request body stopped coming.' })
    return new Problem('UPSTREAM_TIMED_OUT', {
      detail:
        this.#stage === 'receiving' ? 'The upstream fell silent in the middle of its response.' : 'The upstream did not answer in time.',
    })
  }

  uploaded(ended: boolean): void {
    if (this.#stage === 'receiving' || this.#over) return
    if (ended) this.#uploading = false
    const { headers, idle } = this.#owner.request.timeouts
    this.#extend(ended ? headers : idle)
  }

  #extend(timeout: number): void {
    this.expiresAt = Math.min(this.#owner.context.clock.now() + timeout, this.#limit)
  }

  /** Counts the attempt and lets go of the target. */
  #settle(outcome: string): void {
    const { context, pool } = this.#owner
    this.#over = true
    context.deadlines.forget(this)
    this.target.active--
    const answered = this.#stage === 'receiving'
    const latency = (answered ? this.#answeredAt : context.clock.now()) - this.#sentAt
    const result = resultOf(outcome)
    if (!answered) pool.breakers?.settle(this.target, this.#permit, result, 0, latency)
    else if (result !== 'response' && result !== 'cancelled') pool.breakers?.broke(this.target, this.#permit)
    pool.report(this.target, result, answered ? this.#status : 0, latency)
    context.observe(pool.name, this.target.url, outcome)
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
    const { context, endsAt, pool, request } = this.#owner
    this.#stage = 'receiving'
    this.#status = status
    this.#answeredAt = context.clock.now()
    pool.breakers?.settle(this.target, this.#permit, 'response', status, this.#answeredAt - this.#sentAt)
    this.#limit = endsAt
    this.#extend(request.timeouts.idle)
    const more = this.#owner.answered(this, status, headers, resume)
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
    const { target } = this
    if (this.#over) {
      socket.destroy()
      return
    }
    this.#settle('1xx')
    // The target serves the connection for as long as it is open.
    target.active++
    socket.once('close', () => target.active--)
    this.#owner.upgraded(this, headers, socket)
  }

  onData(chunk: Buffer): boolean {
    if (this.#over) return this.#drop(chunk)
    this.#extend(this.#owner.request.timeouts.idle)
    return this.#owner.data(chunk)
  }

  #drop(chunk: Buffer): boolean {
    this.#dropped += chunk.length
    if (this.#dropped > DROPPED_BYTES) this.#abort?.()
    return true
  }

  onComplete(): void {
    if (this.#over) {
      this.#owner.context.deadlines.forget(this)
      return
    }
    this.#settle(`${Math.floor(this.#status / 100)}xx`)
    this.#owner.completed()
  }

  onError(error: Error): void {
    if (this.#over) {
      this.#owner.context.deadlines.forget(this)
      return
    }
    if (this.#stage === 'connecting' && isRefused(error)) this.#owner.pool.reportUnreachable(this.target)
    const { kind, outcome, problem } = attemptFailure(error, this.#stage)
    this.#settle(outcome)
    this.#owner.failed(this, kind, problem)
  }
}
