import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import type { SharedState } from './shared-state.js'

/** Values kept at most; beyond it the least recently used go first. */
const MAX_ENTRIES = 100_000
/** Characters of all values together. */
const MAX_SIZE = 64 * 1_048_576

interface Entry {
  readonly value: string
  readonly expires: number
}

class MemorySharedState implements SharedState {
  readonly #clock: Clock
  #made: LRUCache<string, Entry> | undefined
  readonly #listeners = new Map<string, Set<(message: string) => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Made on first use: it sets aside room for all its entries, and most gateways share nothing. */
  get #entries(): LRUCache<string, Entry> {
    this.#made ??= new LRUCache({
      max: MAX_ENTRIES,
      maxSize: MAX_SIZE,
      sizeCalculation: ({ value }, key) => value.length + key.length + 1,
    })
    return this.#made
  }

  #live(key: string): string | undefined {
    const entry = this.#entries.get(key)
    if (entry && entry.expires > this.#clock.now()) return entry.value
    if (entry) this.#entries.delete(key)
    return undefined
  }

  #put(key: string, value: string, ttlMs: number): void {
    this.#entries.set(key, { value, expires: this.#clock.now() + ttlMs })
  }

  async get(key: string): Promise<string | undefined> {
    return this.#live(key)
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.#put(key, value, ttlMs)
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<string | undefined> {
    const there = this.#live(key)
    if (there === undefined) this.#put(key, value, ttlMs)
    return there
  }

  async replace(key: string, expected: string, value: string, ttlMs: number): Promise<boolean> {
    if (this.#live(key) !== expected) return false
    this.#put(key, value, ttlMs)
    return true
  }

  async remove(key: string, expected?: string): Promise<boolean> {
    const there = this.#live(key)
    if (there === undefined || (expected !== undefined && there !== expected)) return false
    return this.#entries.delete(key)
  }

  async time(): Promise<number> {
    return this.#clock.now()
  }

  async publish(channel: string, message: string): Promise<void> {
    for (const listener of this.#listeners.get(channel) ?? []) listener(message)
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    const all = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, all.add(listener))
    return () => void all.delete(listener)
  }

  async close(): Promise<void> {
    this.#made?.clear()
    this.#listeners.clear()
  }
}

/** State of this process alone, bounded to 100,000 values and 64 Mi characters; the least recently used goes first. */
export function createMemorySharedState(clock: Clock): SharedState {
  return new MemorySharedState(clock)
}
