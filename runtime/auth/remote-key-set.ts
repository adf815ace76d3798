import type { KeyObject } from 'node:crypto'
import type { Logger } from 'pino'
import { type JwtAlgorithm, Problem } from '../../sdk/index.js'
import type { Clock } from '../clock.js'
import { retryAfter } from '../pipeline/retry-after.js'
import type { Resource } from '../services.js'
import { discoverKeySet } from './discover-key-set.js'
import { fetchKeySet, type KeySetFetch, type KeySetRequest } from './fetch-key-set.js'
import type { KeySource } from './key-source.js'
import { parseKeySet, type VerificationKey } from './parse-key-set.js'
import { selectKey } from './select-key.js'

/** From this age on the set is fetched again behind the requests. */
const REFRESH_AFTER = 5 * 60_000
/** Older keys are used only while the issuer cannot be reached. */
const MAX_AGE = 10 * 60_000
const MAX_STALE_AGE = 24 * 3_600_000
/** Between two fetches, whether they succeed or fail: tokens with made-up key ids must not reach the issuer. */
const COOLDOWN = 30_000
const FIRST_BACKOFF = 1_000
/** Seconds by which the issuer’s clock may be behind for its new keys to be waited for. */
const CLOCK_TOLERANCE = 5

export interface RemoteKeySetOptions {
  readonly url: string
  /** Given where `url` is that of an issuer's provider metadata, which names the set. */
  readonly issuer?: string | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly fetch?: typeof fetch
  /** Milliseconds for one fetch, the metadata included. Default 5,000. */
  readonly timeoutMs?: number
}

/** An issuer's key set at a URL: cached, fetched once at a time, and kept while the issuer is down, for up to 24 hours. */
export class RemoteKeySet implements KeySource, Resource {
  generation = 0
  readonly #options: RemoteKeySetOptions
  readonly #closing = new AbortController()
  readonly #fetch: (request: KeySetRequest) => Promise<KeySetFetch>
  #keys: readonly VerificationKey[] = []
  #fetchedAt = Number.NEGATIVE_INFINITY
  /** The same on the wall clock, in seconds since 1970, to compare with a token's `iat`. */
  #knownUntil = Number.NEGATIVE_INFINITY
  #searchAt = Number.NEGATIVE_INFINITY
  #retryAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #pending: Promise<boolean> | undefined

  constructor(options: RemoteKeySetOptions) {
    this.#options = options
    const { url, issuer } = options
    this.#fetch = issuer === undefined ? (request) => fetchKeySet(url, request) : discoverKeySet(issuer, url)
  }

  /** Tries a first fetch; its failure is logged and does not reject. */
  async warm(): Promise<void> {
    await this.#refresh()
  }

  close(): void {
    this.#closing.abort()
  }

  holds(generation: number): boolean {
    if (generation !== this.generation) return false
    const age = this.#age()
    if (age <= REFRESH_AFTER) return true
    if (!this.#usable(age)) return false
    this.#refreshBehind()
    return true
  }

  async find(algorithm: JwtAlgorithm, kid: string | undefined, issuedAt?: number): Promise<KeyObject | undefined> {
    await this.#freshen()
    const key = selectKey(this.#keys, algorithm, kid)
    if (key) return key
    if (!this.#maySearch()) {
      // After a failed fetch nobody knows whether the key exists, nor whether one came since the last.
      if (this.#failures > 0 || (issuedAt !== undefined && issuedAt >= this.#knownUntil)) throw this.#unavailable()
      return undefined
    }
    const joins = this.#pending !== undefined
    if (!(await this.#search())) throw this.#unavailable()
    // A fetch that was under way may have begun before the key was published.
    return joins ? this.find(algorithm, kid, issuedAt) : selectKey(this.#keys, algorithm, kid)
  }

  /**
   * Whether an unknown key is worth a fetch: once in a cooldown, also soon after the set was fetched for another reason, so that a key
   * published just then is found by the first token that it signs.
   */
  #maySearch(): boolean {
    return this.#pending !== undefined || (this.#failures === 0 ? this.#options.clock.now() >= this.#searchAt : !this.#coolingDown())
  }

  #search(): Promise<boolean> {
    if (!this.#pending) this.#searchAt = this.#options.clock.now() + COOLDOWN
    return this.#refresh()
  }

  #age(): number {
    return this.#options.clock.now() - this.#fetchedAt
  }

  #usable(age: number): boolean {
    return age <= (this.#failures > 0 ? MAX_STALE_AGE : MAX_AGE)
  }

  #coolingDown(): boolean {
    return this.#pending === undefined && this.#options.clock.now() < this.#retryAt
  }

  async #freshen(): Promise<void> {
    const age = this.#age()
    if (age <= REFRESH_AFTER) return
    if (this.#usable(age)) return this.#refreshBehind()
    if (this.#coolingDown()) throw this.#unavailable()
    await this.#refresh()
    if (!this.#usable(this.#age())) throw this.#unavailable()
  }

  #refreshBehind(): void {
    if (!this.#coolingDown()) void this.#refresh()
  }

  /** True if the keys are fresh afterwards. */
  #refresh(): Promise<boolean> {
    this.#pending ??= this.#attempt().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  async #attempt(): Promise<boolean> {
    const { url, log, clock, fetch = globalThis.fetch, timeoutMs = 5_000 } = this.#options
    // Tokens tell whole seconds, by a clock that may be a little behind.
    const startedAt = Math.floor(clock.wall() / 1_000) - CLOCK_TOLERANCE
    const fetched = await this.#fetch({ fetch, timeoutMs, signal: this.#closing.signal })
    const contents = 'text' in fetched ? parseKeySet(fetched.text) : undefined
    for (const { kid, reason } of contents?.refused ?? []) log.debug({ url, kid, reason }, 'key left out of the key set')
    if (contents && contents.keys.length > 0) {
      this.#replace(contents.keys)
      this.#failures = 0
      this.#fetchedAt = clock.now()
      this.#knownUntil = startedAt
      this.#retryAt = clock.now() + COOLDOWN
      return true
    }
    this.#failures += 1
    // Without any keys every request is refused, so it is worth asking again soon.
    const backoff = this.#usable(this.#age()) ? COOLDOWN : Math.min(COOLDOWN, FIRST_BACKOFF * 2 ** (this.#failures - 1))
    this.#retryAt = clock.now() + backoff
    const failure = 'failure' in fetched ? fetched.failure : 'the answer is no key set with a usable key'
    if (!this.#closing.signal.aborted) log.warn({ url, failure, failures: this.#failures }, 'key set could not be fetched')
    return false
  }

  #replace(keys: readonly VerificationKey[]): void {
    const remains = (old: VerificationKey) =>
      keys.some((key) => key.kid === old.kid && key.algorithm === old.algorithm && key.key.equals(old.key))
    if (!this.#keys.every(remains)) this.generation += 1
    this.#keys = keys
  }

  #unavailable(): Problem {
    const from = this.#failures > 0 ? this.#retryAt : this.#searchAt
    return new Problem('AUTH_UNAVAILABLE', {
      detail: 'The keys to check the token with cannot be fetched right now.',
      headers: retryAfter(from - this.#options.clock.now()),
    })
  }
}
