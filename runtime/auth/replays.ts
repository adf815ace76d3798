import { CLOCKS_APART_MS } from '../clock.js'
import type { SharedState } from '../stores/shared-state.js'
import { authUnavailable } from './auth-unavailable.js'

/** Remembers what may be used once only, for all processes. */
export class Replays {
  readonly #shared: SharedState
  readonly #name: string
  readonly #ttlMs: number

  /** @param ttlMs how long something would be accepted by one clock; it is remembered for longer, since clocks differ */
  constructor(shared: SharedState, name: string, ttlMs: number) {
    this.#shared = shared
    this.#name = name
    this.#ttlMs = ttlMs + CLOCKS_APART_MS
  }

  /** True for the first to use `id`; rejects with a 503 where nobody can tell. */
  async claim(id: string): Promise<boolean> {
    const before = await this.#shared.setIfAbsent(this.#keyOf(id), '1', this.#ttlMs).catch((error: unknown) => {
      throw authUnavailable('Whether the request was seen before cannot be told right now.', undefined, error)
    })
    return before === undefined
  }

  /** Gives `id` back, for a use that came to nothing. */
  release(id: string): void {
    // Without an answer it stays used until it is forgotten, which errs on the safe side.
    this.#shared.remove(this.#keyOf(id)).catch(() => undefined)
  }

  #keyOf(id: string): string {
    return `${this.#name}\0${id}`
  }
}
