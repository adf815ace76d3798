import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import type { Resource } from '../services.js'
import type { SharedState } from '../stores/shared-state.js'
import { API_KEY_CHANNEL, apiKeyName } from './api-key-registry.js'
import { authUnavailable } from './auth-unavailable.js'

const MAX_KNOWN = 10_000
/** Kept apart from the known, so that guesses cannot push those out. */
const MAX_ABSENT = 10_000

interface Remembered {
  readonly text: string | undefined
  readonly until: number
}

/** Key records in the shared state, by digest: remembered for a while, present or not, and forgotten at once when one is changed or revoked. */
export class SharedKeys implements Resource {
  readonly #shared: SharedState
  readonly #clock: Clock
  readonly #ttlMs: number
  readonly #known = new LRUCache<string, Remembered>({ max: MAX_KNOWN })
  readonly #absent = new LRUCache<string, Remembered>({ max: MAX_ABSENT })
  readonly #pending = new Map<string, Promise<string | undefined>>()
  readonly #unsubscribe: () => void
  /** Goes up with every change that is told, so that an answer from before it is not remembered. */
  #changes = 0

  constructor(shared: SharedState, clock: Clock, ttlMs: number) {
    this.#shared = shared
    this.#clock = clock
    this.#ttlMs = ttlMs
    this.#unsubscribe = shared.subscribe(API_KEY_CHANNEL, (digest) => {
      this.#changes += 1
      this.#known.delete(digest)
      this.#absent.delete(digest)
    })
  }

  /** What is remembered; undefined if it has to be asked for. */
  recall(digest: string): Remembered | undefined {
    const found = this.#known.get(digest) ?? this.#absent.get(digest)
    return found && found.until > this.#clock.now() ? found : undefined
  }

  /** Asks for a record, once for all who wait for it; rejects with a 503 if the store does not answer. */
  ask(digest: string): Promise<string | undefined> {
    const started = this.#pending.get(digest) ?? this.#ask(digest).finally(() => this.#pending.delete(digest))
    this.#pending.set(digest, started)
    return started
  }

  async #ask(digest: string): Promise<string | undefined> {
    const before = this.#changes
    const text = await this.#shared.get(apiKeyName(digest)).catch((error: unknown) => {
      throw authUnavailable('The store of API keys does not answer right now.', undefined, error)
    })
    if (before === this.#changes) {
      const found: Remembered = { text, until: this.#clock.now() + this.#ttlMs }
      if (text === undefined) this.#absent.set(digest, found)
      else this.#known.set(digest, found)
    }
    return text
  }

  close(): void {
    this.#unsubscribe()
  }
}
