import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import type { Services } from '../services.js'
import { FailureReporter } from './failure-reporter.js'
import { RedisNode } from './redis-node.js'
import type { RedisScript } from './redis-script.js'
import { RedisSubscriber } from './redis-subscriber.js'
import { SCRIPTS } from './scripts.js'

/** Options of {@link createRedisLink}. */
export interface RedisLinkOptions {
  /** `redis://` or `rediss://`, with credentials and database if any. */
  readonly url: string
  readonly clock: Clock
  readonly log: Logger
  readonly count: Services['count']
}

/**
 * The one way from this process to Redis, whatever is stored there; Redis 5 or later. It connects on first use. Everything asked
 * rejects with a `StoreFailure` within 20 ms if Redis does not answer, at once while it is known to be down.
 */
export interface RedisLink {
  /** Sends one command; its first argument is the key. Resolves to the reply, whatever it is. */
  send(command: readonly [name: string, key: string, ...args: string[]]): Promise<unknown>
  /** Runs a script on one key. */
  run(script: RedisScript, key: string, args: readonly string[]): Promise<unknown>
  /** Tells every process that hears the channel. */
  publish(channel: string, message: string): Promise<unknown>
  /** Hears a channel, on a connection of its own that opens again by itself; returns how to stop. */
  subscribe(channel: string, listener: (message: string) => void): () => void
  /** Starts to connect; resolves once Redis is worth asking. */
  whenUsable(): Promise<void>
  /** Counts and logs what could not be done. */
  readonly reporter: FailureReporter
  close(): Promise<void>
}

class SingleLink implements RedisLink {
  readonly reporter: FailureReporter
  readonly #node: RedisNode
  readonly #subscriber: RedisSubscriber

  constructor({ url, clock, log, count }: RedisLinkOptions) {
    const reporter = new FailureReporter(clock, log, count)
    this.reporter = reporter
    this.#node = new RedisNode({
      locate: () => url,
      scripts: SCRIPTS,
      onTrouble: (failure) => reporter.trouble(failure),
      onUsable: () => reporter.recovered(),
    })
    this.#subscriber = new RedisSubscriber(
      () => url,
      (failure) => reporter.trouble(failure),
      (error) => log.error({ err: error }, 'a listener of a channel failed'),
    )
  }

  send(command: readonly string[]): Promise<unknown> {
    return this.#node.send(command)
  }

  run(script: RedisScript, key: string, args: readonly string[]): Promise<unknown> {
    return this.#node.run(script, key, args)
  }

  publish(channel: string, message: string): Promise<unknown> {
    return this.#node.send(['PUBLISH', channel, message])
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    return this.#subscriber.subscribe(channel, listener)
  }

  whenUsable(): Promise<void> {
    return this.#node.whenUsable()
  }

  async close(): Promise<void> {
    await Promise.all([this.#node.close(), this.#subscriber.close()])
  }
}

/** Makes a {@link RedisLink}. One line per ten seconds is logged of its failures. */
export function createRedisLink(options: RedisLinkOptions): RedisLink {
  return new SingleLink(options)
}
