import { type Locate, RedisConnection } from './redis-connection.js'
import { RedisHealth } from './redis-health.js'
import { RedisRunner } from './redis-runner.js'
import type { RedisScript } from './redis-script.js'
import { StoreFailure } from './store-failure.js'

/** What a node needs, and whom it tells. */
export interface RedisNodeOptions {
  readonly locate: Locate
  /** Handed to Redis on every new connection. */
  readonly scripts: readonly RedisScript[]
  /** Called each time a connection is ready for commands. */
  readonly onReady?: () => void
  /** Called when a connection is lost or a probe fails. */
  readonly onTrouble: (failure: StoreFailure) => void
  /** Called with every error that Redis replies. */
  readonly onErrorReply?: (error: Error) => void
  /** Called when the node becomes usable, at first or again. */
  readonly onUsable: () => void
}

/** One redis-server: its connection, whether it is worth asking, and commands within the budget. It connects on first use. */
export class RedisNode {
  readonly #options: RedisNodeOptions
  readonly #connection: RedisConnection
  readonly #health: RedisHealth
  readonly #runner: RedisRunner
  readonly #onUsable = new Set<() => void>()

  constructor(options: RedisNodeOptions) {
    this.#options = options
    this.#connection = new RedisConnection(options.locate, { onReady: () => this.#greet(), onLost: (cause) => this.#lost(cause) })
    this.#health = new RedisHealth(this.#connection, {
      probe: () => this.#probe(),
      onUsable: () => {
        options.onUsable()
        for (const resolve of this.#onUsable) resolve()
        this.#onUsable.clear()
      },
    })
    this.#runner = new RedisRunner(this.#connection, this.#health, options.onErrorReply)
  }

  get usable(): boolean {
    return !this.#health.paused
  }

  /** Starts to connect; resolves once the node is worth asking. */
  whenUsable(): Promise<void> {
    this.#connection.open()
    return this.usable ? Promise.resolve() : new Promise((resolve) => this.#onUsable.add(resolve))
  }

  /**
   * Resolves to the reply; rejects with a {@link StoreFailure}, at once while the node is known to be down. `asking` reaches a key whose
   * slot is on its way to this node of a Cluster.
   */
  send(command: readonly string[], asking = false): Promise<unknown> {
    return this.usable ? this.#runner.send(command, asking) : this.#refuse()
  }

  /** As {@link send}, for a script. */
  run(script: RedisScript, key: string, args: readonly string[], asking = false): Promise<unknown> {
    return this.usable ? this.#runner.run(script, key, args, asking) : this.#refuse()
  }

  /** Hears a channel until the connection is lost. */
  subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    return this.#connection.subscribe(channel, listener)
  }

  unsubscribe(channel: string): Promise<void> {
    return this.#connection.unsubscribe(channel)
  }

  /** Gives the connection up for another. */
  renew(): void {
    this.#connection.renew()
  }

  close(): Promise<void> {
    this.#health.stop()
    return this.#connection.close()
  }

  #refuse(): Promise<never> {
    this.#connection.open()
    return Promise.reject(new StoreFailure(this.#connection.ready ? 'paused' : 'offline'))
  }

  #lost(cause: unknown): void {
    this.#health.lost()
    this.#options.onTrouble(new StoreFailure('offline', cause))
  }

  #greet(): void {
    const loads = this.#options.scripts.map(({ text }) => this.#connection.send(['SCRIPT', 'LOAD', text]))
    Promise.allSettled(loads).then(() => this.#probe())
    this.#health.begin()
    this.#options.onReady?.()
  }

  #probe(): void {
    this.#runner.send(['PING']).catch((failure: StoreFailure) => this.#options.onTrouble(failure))
  }
}
