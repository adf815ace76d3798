import type { Problem } from '../../sdk/index.js'
import type { UpstreamSink } from '../upstreams/upstream-request.js'
import type { ResponseCopy } from './response-copy.js'

/** Most of a response that is read though nobody needs it, so that its connection can be used again. */
const DROPPED_BYTES = 1_048_576

/** Where the response to a copy goes: kept as far as it is compared, and nowhere else. */
export class MirrorSink implements UpstreamSink {
  readonly blocked = false
  readonly #response: ResponseCopy
  readonly #done: (problem?: Problem) => void
  readonly #cancel: () => void

  constructor(response: ResponseCopy, done: (problem?: Problem) => void, cancel: () => void) {
    this.#response = response
    this.#done = done
    this.#cancel = cancel
  }

  begin(status: number, headers: Buffer[]): boolean {
    this.#response.begin(status, headers)
    return true
  }

  data(chunk: Buffer): boolean {
    this.#response.data(chunk)
    if (this.#response.bytes > DROPPED_BYTES && !this.#response.keeps) {
      this.#cancel()
      this.#response.end('large')
      this.#done()
    }
    return true
  }

  end(): void {
    this.#response.end('whole')
    this.#done()
  }

  fail(problem: Problem): void {
    this.#response.end('broken')
    this.#done(problem)
  }
}
