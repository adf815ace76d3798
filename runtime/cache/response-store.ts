import { LRUCache } from 'lru-cache'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { variantKey } from './cache-key.js'
import type { StoredResponse } from './stored-response.js'

/** Stands under a key whose responses vary, and tells by what. */
export interface VaryMarker {
  readonly names: readonly string[]
}

/** What stands under a key. */
export type Slot = StoredResponse | VaryMarker

/** What was found for a request, and the key where its response belongs as far as is known. */
export interface Found {
  readonly key: string
  readonly stored: StoredResponse | undefined
}

/** Where the responses of a cache are kept. */
export interface ResponseStore {
  /** Looks in the memory of this process alone. */
  peek(key: string, exchange: GatewayExchange): Found
  find(key: string, exchange: GatewayExchange): Found | Promise<Found>
  put(key: string, exchange: GatewayExchange, stored: StoredResponse): void
  drop(key: string): void
}

/** What an entry takes beside its texts and bytes. */
const OVERHEAD = 512

export const isMarker = (slot: Slot | undefined): slot is VaryMarker => slot !== undefined && 'names' in slot

function sizeOf(slot: Slot, key: string): number {
  const texts = isMarker(slot) ? slot.names : slot.headers
  const characters = texts.reduce((sum, text) => sum + text.length, key.length)
  return OVERHEAD + characters + (isMarker(slot) ? 0 : slot.body.length)
}

/** Responses in the memory of this process, up to a number of bytes; the least recently used go first. */
export class MemoryResponses implements ResponseStore {
  readonly #slots: LRUCache<string, Slot>

  constructor(bytes: number) {
    this.#slots = new LRUCache<string, Slot>({ maxSize: bytes, sizeCalculation: sizeOf })
  }

  set(key: string, slot: Slot): void {
    this.#slots.set(key, slot)
  }

  find(key: string, exchange: GatewayExchange): Found {
    return this.peek(key, exchange)
  }

  peek(key: string, exchange: GatewayExchange): Found {
    const slot = this.#slots.get(key)
    if (!isMarker(slot)) return { key, stored: slot }
    const variant = variantKey(key, slot.names, exchange)
    const found = this.#slots.get(variant)
    return { key: variant, stored: isMarker(found) ? undefined : found }
  }

  put(key: string, exchange: GatewayExchange, stored: StoredResponse): void {
    const { vary } = stored.terms
    if (vary.length > 0) this.set(key, { names: vary })
    this.set(vary.length > 0 ? variantKey(key, vary, exchange) : key, stored)
  }

  drop(key: string): void {
    this.#slots.delete(key)
  }

  close(): void {
    this.#slots.clear()
  }
}
