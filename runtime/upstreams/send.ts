import type { Duplex } from 'node:stream'
import { Problem } from '../../sdk/index.js'
import type { RetryCause } from '../../sdk/retry.js'
import { Attempt, type AttemptOwner } from './attempt.js'
import { Race, type Racer } from './hedge/race.js'
import { type Retrier, Retries } from './retry/retries.js'
import type { Target, UpstreamPool } from './target.js'
import type { FailureKind } from './upstream-failure.js'
import type { CallContext, UpstreamRequest, UpstreamSink } from './upstream-request.js'

/** Most targets tried when none of them takes the connection. */
const MAX_CONNECT_ATTEMPTS = 3

/**
 * One request to an upstream: picks a target, sends, and hands the response to the sink as it arrives.
 * A refused connection moves on to another target; a connection that ends before the first byte of the response is
 * tried once more, if the request is idempotent. What else is tried again, or at two targets at a time, the request's plans say.
 */
export class UpstreamCall implements AttemptOwner, Retrier, Racer {
  readonly pool: UpstreamPool
  readonly request: UpstreamRequest
  readonly context: CallContext
  readonly endsAt: number
  readonly #sink: UpstreamSink
  /** The latest attempt, or the one whose response goes to the sink. */
  #attempt: Attempt | undefined = undefined
  #attempts = 0
  /** Targets that failed, the latest last. */
  #tried: Target[] | undefined = undefined
  #resent = false
  #retries: Retries | undefined = undefined
  #race: Race | undefined = undefined
  #over = false

  constructor(pool: UpstreamPool, request: UpstreamRequest, sink: UpstreamSink, context: CallContext) {
    this.pool = pool
    this.request = request
    this.context = context
    this.#sink = sink
    const { total } = request.timeouts
    this.endsAt = total === undefined ? Number.POSITIVE_INFINITY : context.clock.now() + total
  }

  /** URL of the target that answered, or was tried last. */
  get target(): string | undefined {
    return this.#attempt?.target.url
  }

  /** How many attempts were made. */
  get attempts(): number {
    return this.#attempts
  }

  get blocked(): boolean {
    return this.#sink.blocked
  }

  get perTry(): number {
    const { retry } = this.request
    return retry ? retry.perTry : Number.POSITIVE_INFINITY
  }

  send(): void {
    const { retry, hedge } = this.request
    if (retry) this.#retries = new Retries(retry, this)
    if (hedge) this.#race = new Race(hedge, this, this.context.clock)
    this.start(this.pool.pick(undefined, this.request))
  }

  start(target: Target | undefined): void {
    if (!target) {
      const { breakers, targets } = this.pool
      this.#fail(breakers?.refusal(targets) ?? new Problem('NO_HEALTHY_TARGET', { headers: ['Retry-After', '1'] }))
      return
    }
    this.#attempts++
    const attempt = new Attempt(this, target)
    this.#attempt = attempt
    this.#race?.joined(attempt)
    attempt.send()
  }

  resume(target: Target): void {
    const { breakers, targets } = this.pool
    const isUsable = targets.includes(target) && (breakers === undefined || breakers.usable([target]).length > 0)
    this.start(isUsable ? target : this.pick())
  }

  /** Ends the call: the client is gone, or nobody needs the rest. */
  cancel(): void {
    if (this.#over) return
    this.#end()
    this.#attempt?.cancel()
  }

  #end(): void {
    this.#over = true
    this.#retries?.end()
    this.#race?.end()
  }

  #fail(problem: Problem): void {
    this.#end()
    this.#sink.fail(problem)
  }

  answered(attempt: Attempt, status: number, headers: Buffer[], resume: () => void): boolean {
    if ((this.#retries || this.#race) && !this.#accepts(attempt, status, headers)) {
      attempt.discard()
      return true
    }
    return this.#sink.begin(status, headers, resume)
  }

  /** False for a response that is not the call's: another attempt goes on, or will be made. */
  #accepts(attempt: Attempt, status: number, headers: Buffer[]): boolean {
    const covered = this.#retries?.covers(status) ?? false
    if (covered || status >= 500) {
      this.#failedAt(attempt.target)
      if (this.#race?.left(attempt)) return false
      if (covered && this.#retries?.again(status, attempt.target, headers)) return false
    }
    this.#attempt = attempt
    this.#retries?.settled()
    this.#race?.won(attempt)
    return true
  }

  data(chunk: Buffer): boolean {
    return this.#sink.data(chunk)
  }

  completed(): void {
    this.#end()
    this.#sink.end()
  }

  upgraded(_attempt: Attempt, headers: Buffer[], socket: Duplex): void {
    this.#end()
    this.#sink.upgrade?.(headers, socket)
  }

  failed(attempt: Attempt, kind: FailureKind, problem: Problem): void {
    if (this.#over) return
    this.#failedAt(attempt.target)
    if (this.#race?.left(attempt) || this.#resend(kind)) return
    const covered = kind !== 'client' && kind !== 'broken'
    if (!(covered && this.#retries?.again(kind, attempt.target))) this.#fail(problem)
  }

  #failedAt(target: Target): void {
    ;(this.#tried ??= []).push(target)
  }

  mayRepeat(cause: RetryCause): boolean {
    const { repeatable, upgrade } = this.request
    // A handshake that was heard may have opened a connection on the other side.
    return this.#isSendable() && (cause === 'connect' || (repeatable && upgrade === undefined))
  }

  #isSendable(): boolean {
    return !this.request.bodySpent() && this.context.clock.now() < this.endsAt
  }

  pick(): Target | undefined {
    const tried = this.#tried
    const found = this.pool.pick(tried, this.request)
    if (!found || !tried || tried.length < 2 || !tried.includes(found)) return found
    // All have failed: any but the one that did so last.
    tried.splice(0, tried.length - 1)
    return this.pool.pick(tried, this.request)
  }

  /** Does at once what is safe without options: another target where none had the request, or a new connection for one that was closed under it. */
  #resend(kind: FailureKind): boolean {
    const { idempotent, upgrade, retry } = this.request
    if (kind === 'connect') {
      if (this.#attempts >= MAX_CONNECT_ATTEMPTS || !this.#isSendable()) return false
      const other = this.pick()
      if (!other || this.#tried?.includes(other)) return false
      this.#again(other, kind)
      return true
    }
    if (kind !== 'reset' || this.#resent || !idempotent || upgrade !== undefined || retry === false || !this.#isSendable()) return false
    this.#resent = true
    this.#again(this.pick(), kind)
    return true
  }

  #again(target: Target | undefined, reason: string): void {
    this.context.count('gatewright_upstream_retries_total', { upstream: this.pool.name, reason })
    this.start(target)
  }

  hedge(running: readonly Target[]): boolean {
    const busy = this.#tried ? [...running, ...this.#tried] : running
    const other = this.pool.pick(busy, this.request)
    if (!other || busy.includes(other)) return false
    this.context.count('gatewright_upstream_hedges_total', { upstream: this.pool.name })
    this.start(other)
    return true
  }

  exhausted(): void {
    this.context.count('gatewright_hedge_budget_exhausted_total', { upstream: this.pool.name })
  }
}
