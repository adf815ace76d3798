import type { Socket } from 'node:net'
import type { GatewaySettings } from '../../sdk/gateway.js'
import { Problem } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import type { Observer } from '../observe/observer.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { RefusalCounter } from './client-error.js'

const SWEEP_MS = 1_000
/** Time of one sweep that counts against clients at most: what came in during a stall of the process is still unread. */
const LONGEST_STEP_MS = 1_500
/** Longest that a response outside any route may wait for its reader. */
const DEFAULT_IDLE_MS = 60_000

/** How a client that is waited for gets on; kept only from one sweep to the next that finds it waited for. */
interface Pace {
  /** Request body: bytes when the window began, and for how long they were waited for. */
  bytes: number
  waited: number
  /** Response: how far it had got, and for how long it has not moved. */
  written: number
  queued: number
  stalled: number
}

/** Bytes that the kernel has not taken yet; a single large write shows its progress nowhere else. */
const queueOf = (socket: Socket | null): number =>
  (socket as { _handle?: { writeQueueSize?: number } | null } | null)?._handle?.writeQueueSize ?? 0

/**
 * Ends exchanges whose client is too slow: a request body below the least rate (408), a response that its reader takes nothing
 * of for the route's idle timeout (cut); and those whose client is gone unnoticed. One sweep a second over what is in flight; requests pay nothing for it.
 */
export class SlowClients {
  readonly #bodyRate: GatewaySettings['server']['bodyRate']
  readonly #observer: Pick<Observer, 'active' | 'abandon'>
  readonly #counter: RefusalCounter
  readonly #clock: Clock
  readonly #paces = new WeakMap<GatewayExchange, Pace>()
  #timer: NodeJS.Timeout | undefined
  #sweptAt = 0

  constructor(
    bodyRate: GatewaySettings['server']['bodyRate'],
    observer: Pick<Observer, 'active' | 'abandon'>,
    counter: RefusalCounter,
    clock: Clock,
  ) {
    this.#bodyRate = bodyRate
    this.#observer = observer
    this.#counter = counter
    this.#clock = clock
  }

  start(): void {
    this.#sweptAt = this.#clock.now()
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(): void {
    const now = this.#clock.now()
    const step = Math.min(now - this.#sweptAt, LONGEST_STEP_MS)
    this.#sweptAt = now
    for (const exchange of this.#observer.active) {
      // Node never closes the response to a pipelined request whose connection went while an earlier one was answered.
      if (exchange.req.socket?.destroyed) this.#observer.abandon(exchange)
      else if (exchange.upload?.waiting && !exchange.res.headersSent) this.#judgeBody(exchange, step)
      else if (exchange.res.headersSent && exchange.res.writableLength > 0) this.#judgeReader(exchange, step)
      else this.#paces.delete(exchange)
    }
  }

  /** Undefined where this sweep is the first to find the client waited for. */
  #paceOf(exchange: GatewayExchange): Pace | undefined {
    const pace = this.#paces.get(exchange)
    if (!pace) this.#paces.set(exchange, { bytes: exchange.upload?.bytes ?? 0, waited: 0, written: -1, queued: 0, stalled: 0 })
    return pace
  }

  #judgeBody(exchange: GatewayExchange, step: number): void {
    const { upload } = exchange
    if (!upload || this.#bodyRate === false) return
    const pace = this.#paceOf(exchange)
    if (!pace) return
    pace.waited += step
    if (pace.waited < this.#bodyRate.over) return
    if ((upload.bytes - pace.bytes) * 1_000 >= this.#bodyRate.bytes * pace.waited) {
      pace.bytes = upload.bytes
      pace.waited = 0
      return
    }
    this.#counter.refused(408, 'slow-body')
    exchange.res.shouldKeepAlive = false
    upload.destroy(new Problem('REQUEST_TIMEOUT', { detail: 'The request body came too slowly.' }))
  }

  #judgeReader(exchange: GatewayExchange, step: number): void {
    const { res } = exchange
    const pace = this.#paceOf(exchange)
    if (!pace) return
    const written = res.socket?.bytesWritten ?? 0
    const queued = queueOf(res.socket)
    if (written !== pace.written || queued !== pace.queued) {
      Object.assign(pace, { written, queued, stalled: 0 })
      return
    }
    pace.stalled += step
    if (pace.stalled < (exchange.route?.timeouts.idle || DEFAULT_IDLE_MS)) return
    this.#counter.closed('slow-reader')
    exchange.cause = 'The client stopped reading the response.'
    res.destroy()
  }
}
