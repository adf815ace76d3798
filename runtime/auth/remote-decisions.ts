import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { growingTo } from '../growing-to.js'
import { authUnavailable } from './auth-unavailable.js'

/** What a service decided, how long that may be used, and how much longer if the service cannot be reached then. */
export interface Decision<T> {
  readonly value: T
  readonly ttlMs: number
  readonly staleMs: number
}

interface Remembered<T> {
  readonly value: T
  readonly freshUntil: number
  readonly staleUntil: number
}

/** Questions under way at most: each holds a socket and what its request brought. */
const MAX_PENDING = 256
/** Failures in a row after which the service is left alone for a while. */
const PATIENCE = 3
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000

/**
 * Decisions of a service about credentials: remembered for as long as it allows, asked for once however many wait, and not asked
 * for at all during growing pauses while it fails.
 */
export class RemoteDecisions<T extends object> {
  readonly #clock: Clock
  readonly #unavailable: string
  readonly #remembered: LRUCache<string, Remembered<T>>
  readonly #pending = new Map<string, Promise<T>>()
  #failures = 0
  #pausedUntil = Number.NEGATIVE_INFINITY

  /** @param unavailable the detail of the 503 */
  constructor(clock: Clock, max: number, unavailable: string) {
    this.#clock = clock
    this.#unavailable = unavailable
    this.#remembered = new LRUCache(growingTo(max))
  }

  /** The decision, if one may be used without asking. */
  recall(key: string): T | undefined {
    const found = this.#remembered.get(key)
    return found && this.#clock.now() < found.freshUntil ? found.value : undefined
  }

  /** Asks; `ask` resolves to undefined if the service did not decide. Rejects with a 503 where there is nothing to go by. */
  decide(key: string, ask: () => Promise<Decision<T> | undefined>): Promise<T> {
    const pending = this.#pending.get(key)
    if (pending) return pending
    const wait = this.#pausedUntil - this.#clock.now()
    if (wait > 0 || this.#pending.size >= MAX_PENDING) return Promise.resolve().then(() => this.#fallBack(key, wait))
    const started = this.#ask(key, ask).finally(() => this.#pending.delete(key))
    this.#pending.set(key, started)
    return started
  }

  async #ask(key: string, ask: () => Promise<Decision<T> | undefined>): Promise<T> {
    const decision = await ask()
    if (!decision) {
      this.#failures += 1
      const pause = this.#failures < PATIENCE ? 0 : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - PATIENCE))
      this.#pausedUntil = this.#clock.now() + pause
      return this.#fallBack(key, pause)
    }
    this.#failures = 0
    const { value, ttlMs, staleMs } = decision
    const freshUntil = this.#clock.now() + ttlMs
    if (ttlMs > 0) this.#remembered.set(key, { value, freshUntil, staleUntil: freshUntil + staleMs })
    else this.#remembered.delete(key)
    return value
  }

  #fallBack(key: string, waitMs: number): T {
    const found = this.#remembered.get(key)
    if (found && this.#clock.now() < found.staleUntil) return found.value
    throw authUnavailable(this.#unavailable, waitMs)
  }
}
