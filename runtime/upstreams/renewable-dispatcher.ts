import type * as undici from 'undici'
import { Dispatcher } from './undici.js'

/**
 * Connections that can be replaced while they are in use: requests that come after `renew` go over new ones, and the old ones
 * end with their last request.
 */
export abstract class RenewableDispatcher<D extends undici.Dispatcher = undici.Dispatcher> extends Dispatcher {
  readonly #open: () => D
  readonly #retiring = new Set<D>()
  /** The connections that requests go over now. */
  protected current: D

  constructor(open: () => D) {
    super()
    this.#open = open
    this.current = open()
  }

  override async close(): Promise<void> {
    await Promise.all([this.current, ...this.#retiring].map((dispatcher) => dispatcher.close()))
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.current, ...this.#retiring].map((dispatcher) => dispatcher.destroy()))
  }

  protected renew(): void {
    const old = this.current
    this.current = this.#open()
    this.#retiring.add(old)
    const forget = () => void this.#retiring.delete(old)
    old.close().then(forget, forget)
  }
}
