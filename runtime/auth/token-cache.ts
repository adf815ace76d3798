import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import { growingTo } from '../growing-to.js'
import type { Verdict } from './verify-token.js'

/**
 * Remembers verified tokens, by the whole token, until they expire or a key of their issuer is withdrawn, and checks
 * a token that several requests bring at once only once. Refusals are not remembered.
 */
export class TokenCache {
  readonly #verify: (token: string) => Promise<Verdict>
  readonly #clock: Clock
  readonly #verified: LRUCache<string, Verdict> | undefined
  readonly #pending = new Map<string, Promise<Verdict>>()

  constructor(verify: (token: string) => Promise<Verdict>, clock: Clock, max: number) {
    this.#verify = verify
    this.#clock = clock
    this.#verified = max > 0 ? new LRUCache(growingTo(max)) : undefined
  }

  /** The verdict on a token that was verified and still holds; undefined if it has to be verified. */
  recall(token: string): Verdict | undefined {
    const verdict = this.#verified?.get(token)
    if (verdict === undefined) return undefined
    if (this.#clock.wall() < verdict.expires && verdict.keys.holds(verdict.generation)) return verdict
    this.#verified?.delete(token)
    return undefined
  }

  /** Verifies the token and remembers it; rejects with the problem if it does not hold. */
  verify(token: string): Promise<Verdict> {
    const pending = this.#pending.get(token)
    if (pending) return pending
    const started = this.#verify(token)
      .then((verdict) => {
        this.#verified?.set(token, verdict)
        return verdict
      })
      .finally(() => this.#pending.delete(token))
    this.#pending.set(token, started)
    return started
  }
}
