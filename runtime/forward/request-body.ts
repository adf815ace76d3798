import { Readable } from 'node:stream'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { endedEarly, tooLarge, type Upload } from './collect-body.js'

/**
 * A client's request body on its way upstream: counted, so that a chunked one is limited too, and apart from the
 * client's message, so that a failing upstream does not take the client's connection with it.
 */
export class RequestBody extends Readable implements Upload {
  readonly #exchange: GatewayExchange
  readonly #limit: number
  readonly #onProgress: (ended: boolean) => void
  #bytes = 0
  #attached = false

  constructor(exchange: GatewayExchange, limit: number, onProgress: (ended: boolean) => void) {
    super({ highWaterMark: 262_144 })
    this.#exchange = exchange
    this.#limit = limit
    this.#onProgress = onProgress
  }

  get bytes(): number {
    return this.#bytes
  }

  get waiting(): boolean {
    return this.#attached && !this.#exchange.req.isPaused()
  }

  /** True once a byte was taken from the client; such a body cannot be sent again. */
  get touched(): boolean {
    return this.#attached
  }

  readonly #onData = (chunk: Buffer) => {
    this.#bytes += chunk.length
    if (this.#bytes > this.#limit) {
      this.destroy(tooLarge(this.#limit))
      return
    }
    this.#onProgress(false)
    if (!this.push(chunk)) this.#exchange.req.pause()
  }

  readonly #onEnd = () => {
    this.#exchange.upload = undefined
    this.#onProgress(true)
    this.push(null)
  }

  readonly #onGone = () => {
    this.destroy(endedEarly())
  }

  override _read(): void {
    const { req } = this.#exchange
    if (!this.#attached) {
      this.#attached = true
      this.#exchange.upload = this
      this.#exchange.continueOnce()
      req.on('data', this.#onData)
      req.on('end', this.#onEnd)
      req.on('error', this.#onGone)
      req.on('aborted', this.#onGone)
      return
    }
    req.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { req } = this.#exchange
    this.#exchange.upload = undefined
    req.off('data', this.#onData)
    req.off('end', this.#onEnd)
    req.off('aborted', this.#onGone)
    if (!req.readableEnded) req.pause()
    done(error)
  }
}
