import type { Clock } from '../clock.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { SharedState } from '../stores/shared-state.js'
import { variantKey } from './cache-key.js'
import type { PurgeTimes } from './purge-times.js'
import { type Found, isMarker, type MemoryResponses, type ResponseStore, type Slot } from './response-store.js'
import { decodeSlot, encodeSlot } from './slot-text.js'
import type { StoredResponse } from './stored-response.js'
import { freshFor } from './terms.js'

/** Longest time that a response is shared; as long as purges are remembered. */
export const LONGEST_SHARED_MS = 86_400_000
/** How long a stale response with a validator can still be confirmed. */
const CONFIRMED_MS = 600_000
/** How long it is believed that nothing in memory was purged, should the message of a purge be lost. */
const TRUSTED_MS = 5_000

function sharedFor({ terms }: StoredResponse, now: number): number {
  const { staleWhileRevalidate, staleIfError, etag, lastModified } = terms
  const confirmed = etag === undefined && lastModified === undefined ? 0 : CONFIRMED_MS
  return Math.min(LONGEST_SHARED_MS, Math.max(0, freshFor(terms, now)) + Math.max(staleWhileRevalidate, staleIfError, confirmed))
}

/** The same response with its times on another clock. */
function movedBy(stored: StoredResponse, ms: number): StoredResponse {
  const { terms, asked } = stored
  return { ...stored, asked: asked + ms, terms: { ...terms, received: terms.received + ms } }
}

/** Responses in the memory of this process, and behind it in the state that every process shares. Without an answer from there it is memory alone. */
export class SharedResponses implements ResponseStore {
  readonly #memory: MemoryResponses
  readonly #shared: SharedState
  readonly #purges: PurgeTimes
  readonly #clock: Clock
  /** When each was last compared with the purges that all processes know of. */
  readonly #compared = new WeakMap<StoredResponse, number>()

  constructor(memory: MemoryResponses, shared: SharedState, purges: PurgeTimes, clock: Clock) {
    this.#memory = memory
    this.#shared = shared
    this.#purges = purges
    this.#clock = clock
  }

  peek(key: string, exchange: GatewayExchange): Found {
    return this.#memory.peek(key, exchange)
  }

  find(key: string, exchange: GatewayExchange): Found | Promise<Found> {
    const local = this.peek(key, exchange)
    const { stored } = local
    if (!stored || freshFor(stored.terms, this.#clock.now()) <= 0) return this.#load(key, exchange)
    const compared = this.#compared.get(stored) ?? Number.NEGATIVE_INFINITY
    return this.#clock.now() - compared < TRUSTED_MS ? local : this.#compare(stored).then(() => local)
  }

  async #load(key: string, exchange: GatewayExchange): Promise<Found> {
    try {
      const first = await this.#read(key)
      if (isMarker(first)) this.#memory.set(key, first)
      const at = isMarker(first) ? variantKey(key, first.names, exchange) : key
      const slot = isMarker(first) ? await this.#read(at) : first
      if (slot && !isMarker(slot)) {
        await this.#compare(slot)
        const { stored } = this.peek(key, exchange)
        if (!stored || stored.asked < slot.asked) this.#memory.set(at, slot)
      }
    } catch {
      // The shared state has counted and logged it; what is in memory still holds.
    }
    return this.peek(key, exchange)
  }

  async #read(key: string): Promise<Slot | undefined> {
    const text = await this.#shared.get(key)
    const slot = text === undefined ? undefined : decodeSlot(text)
    return slot && !isMarker(slot) ? movedBy(slot, -(await this.#purges.time.difference())) : slot
  }

  async #compare(stored: StoredResponse): Promise<void> {
    await this.#purges.learn(stored.tags)
    this.#compared.set(stored, this.#clock.now())
  }

  put(key: string, exchange: GatewayExchange, stored: StoredResponse): void {
    this.#memory.put(key, exchange, stored)
    this.#compared.set(stored, this.#clock.now())
    const { vary } = stored.terms
    if (vary.length > 0) this.#write(key, { names: vary }, LONGEST_SHARED_MS)
    this.#write(vary.length > 0 ? variantKey(key, vary, exchange) : key, stored, sharedFor(stored, this.#clock.now()))
  }

  #write(key: string, slot: Slot, ttlMs: number): void {
    if (ttlMs > 0) this.#keep(key, slot, ttlMs).catch(() => undefined)
  }

  async #keep(key: string, slot: Slot, ttlMs: number): Promise<void> {
    await this.#shared.set(key, encodeSlot(isMarker(slot) ? slot : movedBy(slot, await this.#purges.time.difference())), ttlMs)
  }

  drop(key: string): void {
    this.#memory.drop(key)
    this.#shared.remove(key).catch(() => undefined)
  }
}
