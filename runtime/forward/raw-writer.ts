import type { ServerResponse } from 'node:http'
import type { ResponseWriter } from './response-sink.js'

const NOTHING = Buffer.alloc(0)
/** Longest body that is copied into one text with its headers; beyond it the copy costs more than a second buffer. */
const JOINED_BYTES = 16_384

/**
 * Writes to the client's connection: the direct lane. The first chunk waits for the end of the tick: a short response that
 * is whole by then leaves as one piece, which costs the socket one plain write and no vector of buffers.
 */
export class RawWriter implements ResponseWriter {
  readonly #res: ServerResponse
  #resume: (() => void) | undefined = undefined
  #held: Uint8Array | undefined = undefined
  /** Headers are on their way; nothing is held any more. */
  #flushed = false
  #draining = false

  constructor(res: ServerResponse) {
    this.#res = res
  }

  readonly #onDrain = () => {
    this.#draining = false
    this.#resume?.()
  }

  begin(status: number, headers: string[]): boolean {
    this.#res.writeHead(status, headers as never)
    process.nextTick(flush, this)
    return true
  }

  get blocked(): boolean {
    return this.#res.writableNeedDrain
  }

  write(chunk: Uint8Array): boolean {
    if (!this.#flushed && !this.#held && chunk.length <= JOINED_BYTES) {
      this.#held = chunk
      return true
    }
    this.flush()
    if (this.#res.write(chunk)) return true
    if (!this.#draining) this.#res.once('drain', this.#onDrain)
    this.#draining = true
    return false
  }

  end(lastChunk?: Uint8Array): void {
    if (this.#held && lastChunk) this.flush()
    const body = lastChunk ?? this.#held
    if (this.#flushed || !body) this.#res.end(body)
    else endWhole(this.#res, body)
    this.#flushed = true
  }

  onDrain(resume: () => void): void {
    this.#resume = resume
  }

  cut(): void {
    this.#flushed = true
    this.#res.destroy()
  }

  /** Sends what waits: the headers, also of a response whose body has not come yet, and the first chunk. */
  flush(): void {
    if (this.#flushed) return
    this.#flushed = true
    const { socket, destroyed } = this.#res
    // An empty buffer, since an empty text would re-encode the headers.
    if (socket && !destroyed) this.#res.write(this.#held ?? NOTHING)
    this.#held = undefined
  }
}

function flush(writer: RawWriter): void {
  writer.flush()
}

/** Sends headers and body at once; where it can be, in one text, byte for byte as latin1. */
export function endWhole(res: ServerResponse, body: Uint8Array): void {
  const { socket } = res
  if (!socket || res.chunkedEncoding || body.length > JOINED_BYTES) {
    res.end(body)
    return
  }
  // Corked, and opened again before `end`, whose own empty write would otherwise make it a vector of two.
  socket.cork()
  res.write(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1')
  socket.uncork()
  res.end()
}
