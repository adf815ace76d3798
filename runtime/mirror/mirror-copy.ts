import type { Problem } from '../../sdk/index.js'
import { type ForwardContext, ForwardRequest } from '../forward/forward.js'
import type { KeptBody } from '../forward/kept-body.js'
import type { Tap } from '../forward/taps.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Expiring } from '../upstreams/deadlines.js'
import { type OutgoingCall, openCall } from '../upstreams/open-call.js'
import type { MirrorWay } from './mirror.js'
import type { MirrorBoard, MirrorResult } from './mirror-board.js'
import { MirrorSink } from './mirror-sink.js'
import { ResponseCopy } from './response-copy.js'

/** Who is told what becomes of a copy. */
export interface CopyOutcome {
  readonly board: MirrorBoard
  readonly route: string
  /** The copy needs nothing any more. */
  over(copy: MirrorCopy): void
  /** Something broke in the gateway itself. */
  failed(error: unknown): void
}

function resultOf(problem: Problem | undefined): MirrorResult {
  if (!problem) return 'answered'
  return problem.code === 'UPSTREAM_TIMED_OUT' ? 'timed_out' : 'failed'
}

/** One copy of a request on its way to the mirror's upstream, and the comparison of both responses. As a tap it follows the request that it is made of. */
export class MirrorCopy implements Tap, Expiring {
  expiresAt = Number.POSITIVE_INFINITY
  rosterIndex = -1
  readonly #exchange: GatewayExchange
  readonly #way: MirrorWay
  readonly #context: ForwardContext
  readonly #kept: KeptBody | undefined
  readonly #outcome: CopyOutcome
  /** What the route's own upstream answers, and what the mirror's does. */
  readonly #first: ResponseCopy
  readonly #second: ResponseCopy
  #call: OutgoingCall | undefined = undefined
  #taken = false
  #answered = false
  #over = false

  /** @param kept the body as it goes by, where it is streamed */
  constructor(exchange: GatewayExchange, way: MirrorWay, context: ForwardContext, kept: KeptBody | undefined, outcome: CopyOutcome) {
    this.#exchange = exchange
    this.#way = way
    this.#context = context
    this.#kept = kept
    this.#outcome = outcome
    this.#first = new ResponseCopy(way.responseLimit)
    this.#second = new ResponseCopy(way.responseLimit)
  }

  /** True if it has to follow the request. */
  get follows(): boolean {
    return this.#kept !== undefined || this.#way.compare !== undefined
  }

  /** Has itself sent once the request is on its way and, where a body is streamed, all of it has gone by. */
  start(): void {
    if (this.follows) this.#exchange.onFinish(() => this.#exchangeOver())
    if (!this.#kept) setImmediate(() => this.#send())
  }

  /** Ends it early: nobody waits for it. */
  cancel(): void {
    if (this.#over) return
    this.#call?.cancel()
    if (!this.#answered) this.#outcome.board.requested(this.#outcome.route, 'cancelled')
    this.#release()
  }

  sent(chunk: Buffer): void {
    this.#kept?.add(chunk)
  }

  sentAll(): void {
    if (!this.#kept || this.#taken) return
    this.#taken = true
    if (this.#kept.lost) this.#drop('too_large')
    else setImmediate(() => this.#send())
  }

  begin(status: number, headers: readonly Buffer[]): void {
    this.#first.begin(status, headers)
  }

  data(chunk: Buffer): void {
    this.#first.data(chunk)
  }

  end(): void {
    this.#firstOver('whole')
  }

  fail(): void {
    this.#firstOver('broken')
  }

  /** The route's own response has taken too long for a comparison. */
  expire(): void {
    this.#firstOver('broken')
  }

  #exchangeOver(): void {
    if (this.#kept && !this.#taken) this.#drop('incomplete')
    else this.#firstOver('broken')
  }

  #send(): void {
    if (this.#over) return
    const { route, pool, edits } = this.#way
    const { requestEdits = [], body = '' } = this.#exchange
    const apart: GatewayExchange = Object.create(this.#exchange, {
      requestEdits: { value: [...requestEdits, ...edits] },
      body: { value: this.#kept ? Buffer.concat(this.#kept.chunks) : body },
      taps: { value: undefined },
    })
    const sink = new MirrorSink(
      this.#second,
      (problem) => this.#secondOver(problem),
      () => this.#call?.cancel(),
    )
    try {
      this.#call = openCall(pool, new ForwardRequest(apart, route, this.#context), sink, this.#context)
      this.#call.send()
    } catch (error) {
      this.#outcome.failed(error)
      this.#drop('failed')
    }
  }

  #firstOver(state: 'whole' | 'broken'): void {
    this.#first.end(state)
    if (this.#answered) this.#compare()
  }

  #secondOver(problem: Problem | undefined): void {
    if (this.#over || this.#answered) return
    const { board, route } = this.#outcome
    const { clock, deadlines } = this.#context
    this.#answered = true
    board.requested(route, resultOf(problem))
    if (this.#first.state !== 'open' || !this.#way.compare) this.#compare()
    else {
      this.expiresAt = clock.now() + this.#way.timeout
      deadlines.watch(this)
    }
  }

  /** Not in the course of an exchange, whose bytes may be about to be written. */
  #compare(): void {
    if (this.#over) return
    this.#release()
    const { compare } = this.#way
    if (!compare) return
    // What stands in for the route's own upstream says nothing of it.
    const stoodIn = this.#exchange.fallback !== undefined
    if (stoodIn || this.#first.state !== 'whole' || this.#second.state !== 'whole')
      this.#outcome.board.compared(this.#outcome.route, 'not_compared')
    else
      setImmediate(() => {
        compare(this.#first, this.#second).then(
          (paths) => this.#report(paths),
          () => this.#report(undefined),
        )
      })
  }

  /** @param paths undefined where it could not be told */
  #report(paths: readonly string[] | undefined): void {
    const { board, route } = this.#outcome
    board.compared(route, !paths ? 'not_compared' : paths.length > 0 ? 'different' : 'same')
    if (!paths || paths.length === 0) return
    const { requestId } = this.#exchange
    board.differed({ route, requestId, statuses: [this.#first.status, this.#second.status], paths })
  }

  #drop(result: MirrorResult): void {
    if (this.#over) return
    this.#outcome.board.requested(this.#outcome.route, result)
    this.#release()
  }

  #release(): void {
    this.#over = true
    this.#context.deadlines.forget(this)
    this.#outcome.over(this)
  }
}
