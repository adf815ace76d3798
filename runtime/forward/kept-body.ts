import type { IncomingMessage } from 'node:http'

/** What has come of a request body, kept so that another attempt can send it again. */
export class KeptBody {
  readonly chunks: Buffer[] = []
  bytes = 0
  /** True once there was more than may be kept. */
  lost = false
  readonly #limit: number

  private constructor(limit: number) {
    this.#limit = limit
  }

  /** Undefined for a body that is known to be larger than `limit`. */
  static of({ headers }: IncomingMessage, limit: number): KeptBody | undefined {
    return Number(headers['content-length'] ?? 0) > limit ? undefined : new KeptBody(limit)
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.bytes > this.#limit) {
      this.lost = true
      this.chunks.length = 0
    } else this.chunks.push(chunk)
  }
}
