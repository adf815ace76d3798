import type { Duplex } from 'node:stream'
import { FrameTracker } from './frame-tracker.js'

/** What a relay tells its tunnel. */
export interface RelayObserver {
  /** Bytes came in. */
  moved(relay: Relay): void
  /** The sending side has ended, or its connection is gone. */
  ended(relay: Relay): void
}

/**
 * One direction of a tunnel: bytes pass as they come, as fast as the receiver takes them. The sender's end becomes the
 * receiver's end, and a broken connection breaks the other.
 */
export class Relay {
  readonly from: Duplex
  readonly #to: Duplex
  readonly #observer: RelayObserver
  readonly #frames = new FrameTracker()
  /** A close frame of the gateway's own that waits for the frame under way to end. */
  #last: Buffer | undefined
  /** Nothing may follow a close frame (RFC 6455 section 5.5.1). */
  #muted = false

  constructor(from: Duplex, to: Duplex, observer: RelayObserver) {
    this.from = from
    this.#to = to
    this.#observer = observer
    to.on('drain', () => from.resume())
    from.on('error', () => undefined)
    from.on('end', this.#onEnd)
    from.on('close', this.#onClose)
    from.on('data', this.#onData)
  }

  /** True once the sender has sent a close frame. */
  get closed(): boolean {
    return this.#frames.closed
  }

  /** Sends the receiver a close frame as soon as the frame under way has passed, and nothing after it. */
  finish(closeFrame: Buffer): void {
    this.#last = closeFrame
    if (this.#frames.isBetween) this.#mute()
  }

  #mute(): void {
    this.#muted = true
    if (this.#last && !this.#frames.closed && this.#to.writable) this.#to.write(this.#last)
    // What the sender still says is read, since its own close frame is among it.
    this.from.resume()
  }

  readonly #onData = (chunk: Buffer): void => {
    const passed = this.#frames.follow(chunk, this.#last !== undefined && !this.#muted)
    if (!this.#muted) this.#pass(passed === chunk.length ? chunk : chunk.subarray(0, passed))
    if (this.#last && !this.#muted && this.#frames.isBetween) {
      this.#mute()
      this.#frames.follow(chunk.subarray(passed))
    }
    this.#observer.moved(this)
  }

  #pass(chunk: Buffer): void {
    if (this.#to.writable && !this.#to.write(chunk)) this.from.pause()
  }

  readonly #onEnd = (): void => {
    this.#observer.ended(this)
    this.#to.end()
  }

  readonly #onClose = (): void => {
    this.#observer.ended(this)
    if (!this.from.readableEnded || this.from.errored) this.#to.destroy()
  }
}
