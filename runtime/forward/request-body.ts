import { Readable } from 'node:stream'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { UploadListener } from '../upstreams/upstream-request.js'
import { endedEarly, tooLarge, type Upload } from './collect-body.js'
import type { KeptBody } from './kept-body.js'

/**
 * A client's request body on its way upstream: counted, so that a chunked one is limited too, and apart from the
 * client's message, so that a failing upstream does not take the client's connection with it. What an earlier attempt has
 * taken and kept comes first.
 */
export class RequestBody extends Readable implements Upload {
  readonly #exchange: GatewayExchange
  readonly #limit: number
  readonly #listener: UploadListener
  readonly #kept: KeptBody | undefined
  #bytes: number
  #attached = false
  #detached = false

  constructor(exchange: GatewayExchange, limit: number, listener: UploadListener, kept: KeptBody | undefined) {
    super({ highWaterMark: 262_144 })
    this.#exchange = exchange
    this.#limit = limit
    this.#listener = listener
    this.#kept = kept
    this.#bytes = kept?.bytes ?? 0
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
    this.#kept?.add(chunk)
    this.#exchange.taps?.sent(chunk)
    this.#listener.uploaded(false)
    if (!this.push(chunk)) this.#exchange.req.pause()
  }

  readonly #onEnd = () => {
    this.#exchange.upload = undefined
    this.#exchange.taps?.sentAll()
    this.#listener.uploaded(true)
    this.push(null)
  }

  readonly #onGone = () => {
    this.destroy(endedEarly())
  }

  override _read(): void {
    const { req } = this.#exchange
    if (!this.#attached) this.#attach()
    else req.resume()
  }

  #attach(): void {
    const { req } = this.#exchange
    this.#attached = true
    for (const chunk of this.#kept?.chunks ?? []) this.push(chunk)
    if (req.readableEnded) {
      this.#onEnd()
      return
    }
    this.#exchange.upload = this
    this.#exchange.continueOnce()
    req.on('data', this.#onData)
    req.on('end', this.#onEnd)
    req.on('error', this.#onGone)
    req.on('aborted', this.#onGone)
    // Where an earlier attempt has let go of it.
    if (req.isPaused()) req.resume()
  }

  /** Lets go of the client's message for another attempt to take. */
  detach(): void {
    if (this.#detached) return
    this.#detached = true
    const { req } = this.#exchange
    if (this.#exchange.upload === this) this.#exchange.upload = undefined
    req.off('data', this.#onData)
    req.off('end', this.#onEnd)
    req.off('aborted', this.#onGone)
    // Nobody else may want it; but once the response is out, what is left is being dropped.
    if (this.#attached && !req.readableEnded && !this.#exchange.res.writableEnded) req.pause()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.detach()
    done(error)
  }
}
