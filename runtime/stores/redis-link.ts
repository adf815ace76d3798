import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import type { Services } from '../services.js'
import type { FailureReporter } from './failure-reporter.js'
import { RedisClusterLink } from './redis-cluster-link.js'
import type { RedisScript } from './redis-script.js'
import { locateMaster } from './redis-sentinel.js'
import { RedisSingleLink } from './redis-single-link.js'

/** Where Redis is: one server, or the nodes of a Cluster, or the sentinels that know the master. */
export interface RedisPlace {
  /** `redis://` or `rediss://`, with credentials and database if any. */
  readonly url?: string | undefined
  readonly urls?: readonly string[] | undefined
  readonly cluster?: boolean | undefined
  /** The master's name. */
  readonly sentinel?: string | undefined
}

/** Options of {@link createRedisLink}. */
export interface RedisLinkOptions extends RedisPlace {
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

/** Makes a {@link RedisLink}. One line per ten seconds is logged of its failures. */
export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const { url, urls = [], cluster, sentinel } = options
  if (url !== undefined) return new RedisSingleLink(() => url, options)
  if (cluster) return new RedisClusterLink(urls, options)
  return new RedisSingleLink(locateMaster(urls, sentinel ?? ''), options)
}
