import type { IncomingMessage } from 'node:http'
import { Problem } from '../../sdk/index.js'

/** A request body that is read from the client. */
export interface Upload {
  /** Bytes so far, without their framing. */
  readonly bytes: number
  /** True while more is wanted from the client, false while the upstream holds it back. */
  readonly waiting: boolean
  destroy(error: Error): void
}

/** True if a request carries a body (RFC 9112 section 6.3). */
export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length']
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

export const tooLarge = (limit: number) => new Problem('PAYLOAD_TOO_LARGE', { detail: `The body is larger than ${limit} bytes.` })

export const endedEarly = () => new Problem('BAD_REQUEST', { detail: 'The request body ended early.' })

/** Refuses a body whose declared length is over the limit, before a byte of it is read. */
export function checkDeclaredLength(req: IncomingMessage, limit: number): void {
  const length = req.headers['content-length']
  if (length !== undefined && Number(length) > limit) throw tooLarge(limit)
}

/** Whose body is collected: told while it is read, and given it whole. */
export interface BodyOwner {
  upload: Upload | undefined
  body: Uint8Array | string | undefined
}

/** A body on its way into memory. A class, since an object with getters of its own would have a shape of its own. */
class BodyCollector implements Upload {
  bytes = 0
  readonly #req: IncomingMessage
  readonly #limit: number
  readonly #owner: BodyOwner
  readonly #resolve: (body: Buffer) => void
  readonly #reject: (error: Error) => void
  readonly #chunks: Buffer[] = []

  constructor(req: IncomingMessage, limit: number, owner: BodyOwner, resolve: (body: Buffer) => void, reject: (error: Error) => void) {
    this.#req = req
    this.#limit = limit
    this.#owner = owner
    this.#resolve = resolve
    this.#reject = reject
  }

  get waiting(): boolean {
    return !this.#req.isPaused()
  }

  start(): void {
    this.#owner.upload = this
    this.#req.on('data', this.#onData)
    this.#req.on('end', this.#onEnd)
    this.#req.on('error', this.#onGone)
    this.#req.on('aborted', this.#onGone)
  }

  destroy(error: Error): void {
    this.#owner.upload = undefined
    this.#req.off('data', this.#onData)
    this.#req.off('end', this.#onEnd)
    this.#req.pause()
    this.#reject(error)
  }

  readonly #onData = (chunk: Buffer) => {
    this.bytes += chunk.length
    if (this.bytes <= this.#limit) this.#chunks.push(chunk)
    else this.destroy(tooLarge(this.#limit))
  }

  readonly #onEnd = () => {
    this.#owner.upload = undefined
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    this.#owner.body = body
    this.#resolve(body)
  }

  readonly #onGone = () => this.#reject(endedEarly())
}

/** Collects a whole request body, up to the limit; straight from the message, since nothing else reads it. */
export function collectBody(req: IncomingMessage, limit: number, owner: BodyOwner): Promise<Buffer> {
  return new Promise((resolve, reject) => new BodyCollector(req, limit, owner, resolve, reject).start())
}
