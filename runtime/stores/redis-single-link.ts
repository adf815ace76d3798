import { FailureReporter } from './failure-reporter.js'
import type { Locate } from './redis-connection.js'
import type { RedisLink, RedisLinkOptions } from './redis-link.js'
import { RedisNode } from './redis-node.js'
import type { RedisScript } from './redis-script.js'
import { RedisSubscriber } from './redis-subscriber.js'
import { SCRIPTS } from './scripts.js'

/** A link to one redis-server, wherever `locate` finds it. */
export class RedisSingleLink implements RedisLink {
  readonly reporter: FailureReporter
  readonly #node: RedisNode
  readonly #subscriber: RedisSubscriber

  constructor(locate: Locate, { clock, log, count }: RedisLinkOptions) {
    const reporter = new FailureReporter(clock, log, count)
    this.reporter = reporter
    this.#node = new RedisNode({
      locate,
      scripts: SCRIPTS,
      onTrouble: (failure) => reporter.trouble(failure),
      onUsable: () => reporter.recovered(),
      onErrorReply: ({ message }) => {
        // The master has become a replica: there is another to be found.
        if (message.startsWith('READONLY')) this.#node.renew()
      },
    })
    this.#subscriber = new RedisSubscriber(
      locate,
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
