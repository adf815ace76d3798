import type { ServerResponse } from 'node:http'
import type { ResponseWriter } from './response-sink.js'

const NOTHING = Buffer.alloc(0)

/** Sends the headers of a response whose body has not come yet; an empty buffer, since an empty string would re-encode them. */
export function flushHead(res: ServerResponse): void {
  if (!res.headersSent || res.writableEnded || res.destroyed || !res.socket) return
  if ((res as { _headerSent?: boolean })._headerSent === false) res.write(NOTHING)
}

/** Writes to the client's connection: the direct lane. */
export class RawWriter implements ResponseWriter {
  readonly #res: ServerResponse
  #resume: (() => void) | undefined = undefined

  constructor(res: ServerResponse) {
    this.#res = res
  }

  readonly #onDrain = () => this.#resume?.()

  begin(status: number, headers: string[]): boolean {
    this.#res.writeHead(status, headers as never)
    process.nextTick(flushHead, this.#res)
    return true
  }

  write(chunk: Uint8Array): boolean {
    if (this.#res.write(chunk)) return true
    this.#res.once('drain', this.#onDrain)
    return false
  }

  end(lastChunk?: Uint8Array): void {
    if (lastChunk) this.#res.end(lastChunk)
    else this.#res.end()
  }

  onDrain(resume: () => void): void {
    this.#resume = resume
  }

  cut(): void {
    this.#res.destroy()
  }
}
