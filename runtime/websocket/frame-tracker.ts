const CLOSE = 0x8
const LONGEST_HEADER = 14

/**
 * Follows the frames of one direction (RFC 6455 section 5.2) by their headers alone, so that a frame of the gateway's own
 * can be put between two of them. Payloads are neither unmasked nor looked at.
 */
export class FrameTracker {
  /** True once a close frame has passed whole. */
  closed = false
  readonly #header = new Uint8Array(LONGEST_HEADER)
  #read = 0
  #payload = 0

  /** True between two frames, and before the first one. */
  get isBetween(): boolean {
    return this.#read === 0 && this.#payload === 0
  }

  /** Follows a chunk and returns how many bytes of it: all, or with `toBoundary` those up to the next point between two frames. */
  follow(chunk: Uint8Array, toBoundary = false): number {
    let at = 0
    while (at < chunk.length && !(toBoundary && this.isBetween)) {
      at += this.#payload > 0 ? this.#skipPayload(chunk.length - at) : this.#readHeader(chunk[at] as number)
    }
    return at
  }

  #skipPayload(available: number): number {
    const skipped = Math.min(available, this.#payload)
    this.#payload -= skipped
    if (this.#payload === 0) this.#endFrame()
    return skipped
  }

  #readHeader(byte: number): number {
    this.#header[this.#read++] = byte
    if (this.#read < 2 || this.#read < this.#headerLength()) return 1
    this.#payload = this.#payloadLength()
    this.#read = 0
    if (this.#payload === 0) this.#endFrame()
    return 1
  }

  #endFrame(): void {
    if (((this.#header[0] as number) & 0x0f) === CLOSE) this.closed = true
  }

  #headerLength(): number {
    const second = this.#header[1] as number
    const length = second & 0x7f
    return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0)
  }

  #payloadLength(): number {
    const length = (this.#header[1] as number) & 0x7f
    const view = new DataView(this.#header.buffer)
    if (length === 126) return view.getUint16(2)
    return length === 127 ? Number(view.getBigUint64(2)) : length
  }
}
