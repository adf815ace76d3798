import { redisKey } from './redis-key.js'
import type { RedisLink } from './redis-link.js'
import type { RedisScript } from './redis-script.js'
import type { SharedState } from './shared-state.js'
import { REMOVE_SCRIPT, REPLACE_SCRIPT, SET_IF_ABSENT_SCRIPT, TIME_SCRIPT } from './state-scripts.js'
import { StoreFailure } from './store-failure.js'

const milliseconds = (ttlMs: number): string => String(Math.max(1, Math.ceil(ttlMs)))

/** Reads a reply; throws where Redis gave something else. */
type Read<T> = (reply: unknown) => T

const unfit = (reply: unknown): never => {
  throw new StoreFailure('reply', new Error(`an unfit reply of type ${typeof reply}`))
}
const readText: Read<string | undefined> = (reply) => (reply === null ? undefined : typeof reply === 'string' ? reply : unfit(reply))
const readFlag: Read<boolean> = (reply) => (reply === 0 || reply === 1 ? reply === 1 : unfit(reply))
const readOk: Read<void> = (reply) => (reply === 'OK' ? undefined : unfit(reply))
const readTime: Read<number> = (reply) => (typeof reply === 'number' && reply > 0 ? reply : unfit(reply))
const readCount: Read<void> = (reply) => (typeof reply === 'number' ? undefined : unfit(reply))

class RedisSharedState implements SharedState {
  readonly #link: RedisLink
  readonly #prefix: string
  readonly #subscriptions = new Set<() => void>()

  constructor(link: RedisLink, prefix: string) {
    this.#link = link
    this.#prefix = prefix
  }

  get(key: string): Promise<string | undefined> {
    return this.#done(this.#link.send(['GET', redisKey(this.#prefix, key)]), readText)
  }

  set(key: string, value: string, ttlMs: number): Promise<void> {
    return this.#done(this.#link.send(['SET', redisKey(this.#prefix, key), value, 'PX', milliseconds(ttlMs)]), readOk)
  }

  setIfAbsent(key: string, value: string, ttlMs: number): Promise<string | undefined> {
    return this.#run(SET_IF_ABSENT_SCRIPT, key, [value, milliseconds(ttlMs)], readText)
  }

  replace(key: string, expected: string, value: string, ttlMs: number): Promise<boolean> {
    return this.#run(REPLACE_SCRIPT, key, [expected, value, milliseconds(ttlMs)], readFlag)
  }

  remove(key: string, expected?: string): Promise<boolean> {
    if (expected === undefined) return this.#done(this.#link.send(['DEL', redisKey(this.#prefix, key)]), readFlag)
    return this.#run(REMOVE_SCRIPT, key, [expected], readFlag)
  }

  time(): Promise<number> {
    return this.#run(TIME_SCRIPT, 'time\0', [], readTime)
  }

  publish(channel: string, message: string): Promise<void> {
    return this.#done(this.#link.publish(`${this.#prefix}:${channel}`, message), readCount)
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    const stop = this.#link.subscribe(`${this.#prefix}:${channel}`, listener)
    const unsubscribe = () => {
      this.#subscriptions.delete(unsubscribe)
      stop()
    }
    this.#subscriptions.add(unsubscribe)
    return unsubscribe
  }

  async close(): Promise<void> {
    for (const unsubscribe of this.#subscriptions) unsubscribe()
  }

  #run<T>(script: RedisScript, key: string, args: readonly string[], read: Read<T>): Promise<T> {
    return this.#done(this.#link.run(script, redisKey(this.#prefix, key), args), read)
  }

  async #done<T>(reply: Promise<unknown>, read: Read<T>): Promise<T> {
    try {
      return read(await reply)
    } catch (error) {
      if (error instanceof StoreFailure) this.#link.reporter.failed(error, 'shared_state')
      throw error
    }
  }
}

/** State shared by every process with the same Redis and `prefix`; failures are counted as `gatewright_shared_state_errors_total`. */
export function createRedisSharedState(link: RedisLink, prefix: string): SharedState {
  return new RedisSharedState(link, prefix)
}
