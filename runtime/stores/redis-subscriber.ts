import type { Locate } from './redis-connection.js'
import { RedisNode } from './redis-node.js'
import type { StoreFailure } from './store-failure.js'

type Listener = (message: string) => void

/** Channels heard over a connection of their own, since one that subscribes cannot ask. What is published while it is down is lost. */
export class RedisSubscriber {
  readonly #node: RedisNode
  readonly #channels = new Map<string, Set<Listener>>()
  readonly #onFailure: (failure: unknown) => void

  constructor(locate: Locate, onTrouble: (failure: StoreFailure) => void, onFailure: (failure: unknown) => void) {
    this.#onFailure = onFailure
    this.#node = new RedisNode({ locate, scripts: [], onReady: () => this.#resume(), onTrouble, onUsable: () => undefined })
  }

  /** Hears a channel from now on, over lost connections; returns how to stop. */
  subscribe(channel: string, listener: Listener): () => void {
    const listeners = this.#channels.get(channel) ?? new Set()
    if (listeners.size === 0) {
      this.#channels.set(channel, listeners)
      this.#node.whenUsable().catch(this.#onFailure)
      this.#hear(channel)
    }
    listeners.add(listener)
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return
      this.#channels.delete(channel)
      this.#node.unsubscribe(channel).catch(() => undefined)
    }
  }

  close(): Promise<void> {
    this.#channels.clear()
    return this.#node.close()
  }

  #resume(): void {
    for (const channel of this.#channels.keys()) this.#hear(channel)
  }

  #hear(channel: string): void {
    // A subscription that fails is repeated on the next connection.
    this.#node.subscribe(channel, (message) => this.#tell(channel, message)).catch(() => undefined)
  }

  #tell(channel: string, message: string): void {
    for (const listener of this.#channels.get(channel) ?? []) {
      try {
        listener(message)
      } catch (error) {
        this.#onFailure(error)
      }
    }
  }
}
