import { FailureReporter } from './failure-reporter.js'
import { hashSlot } from './hash-slot.js'
import { readSlots } from './read-slots.js'
import type { RedisLink, RedisLinkOptions } from './redis-link.js'
import { RedisNode } from './redis-node.js'
import type { RedisScript } from './redis-script.js'
import { RedisSubscriber } from './redis-subscriber.js'
import { SCRIPTS } from './scripts.js'
import { StoreFailure } from './store-failure.js'

/** How often the map of slots is asked for while something about it is in doubt. */
const REFRESH_MS = 500

type Ask = (node: RedisNode, asking: boolean) => Promise<unknown>

/** A link to a Redis Cluster. Each node has its own connection and health, so that one that is down costs the keys of the others nothing. */
export class RedisClusterLink implements RedisLink {
  readonly reporter: FailureReporter
  readonly #urls: readonly string[]
  readonly #seeds: readonly string[]
  readonly #nodes = new Map<string, RedisNode>()
  readonly #subscriber: RedisSubscriber
  readonly #onUsable = new Set<() => void>()
  #owners: readonly (string | undefined)[] = []
  #doubtful = true
  #refreshing = false
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(urls: readonly string[], { clock, log, count }: RedisLinkOptions) {
    this.#urls = urls
    this.#seeds = urls.map((url) => new URL(url).host)
    this.reporter = new FailureReporter(clock, log, count)
    let turn = 0
    // Every node hears what is published at any other.
    this.#subscriber = new RedisSubscriber(
      () => urls[turn++ % urls.length] as string,
      (failure) => this.reporter.trouble(failure),
      (error) => log.error({ err: error }, 'a listener of a channel failed'),
    )
  }

  send(command: readonly [name: string, key: string, ...args: string[]]): Promise<unknown> {
    return this.#toOwner(command[1], (node, asking) => node.send(command, asking))
  }

  run(script: RedisScript, key: string, args: readonly string[]): Promise<unknown> {
    return this.#toOwner(key, (node, asking) => node.run(script, key, args, asking))
  }

  publish(channel: string, message: string): Promise<unknown> {
    return (this.#anyUsable() ?? this.#nodeAt(this.#seeds[0] as string)).send(['PUBLISH', channel, message])
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    return this.#subscriber.subscribe(channel, listener)
  }

  whenUsable(): Promise<void> {
    this.#open()
    return this.#isWhole() ? Promise.resolve() : new Promise((resolve) => this.#onUsable.add(resolve))
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await Promise.all([this.#subscriber.close(), ...[...this.#nodes.values()].map((node) => node.close())])
  }

  #open(): void {
    for (const address of this.#seeds) this.#nodeAt(address)
    this.#schedule()
  }

  #toOwner(key: string, ask: Ask): Promise<unknown> {
    const owner = this.#owners[hashSlot(key)]
    if (owner === undefined) {
      this.#open()
      return Promise.reject(new StoreFailure('offline'))
    }
    return ask(this.#nodeAt(owner), false).catch((failure: StoreFailure) => this.#redirected(failure, ask))
  }

  /** Follows a key whose slot has moved, or is moving, once. */
  #redirected(failure: StoreFailure, ask: Ask): Promise<unknown> {
    const text = failure.reason === 'reply' && failure.cause instanceof Error ? failure.cause.message : ''
    const [, kind, , address] = /^(MOVED|ASK) (\d+) (\S+)$/.exec(text) ?? []
    if (address === undefined) return Promise.reject(failure)
    if (kind === 'MOVED') this.#doubt()
    return ask(this.#nodeAt(address), kind === 'ASK')
  }

  #nodeAt(address: string): RedisNode {
    let node = this.#nodes.get(address)
    if (!node) {
      const url = new URL(this.#urls[0] as string)
      url.host = address
      node = new RedisNode({
        locate: () => url.href,
        scripts: SCRIPTS,
        onTrouble: (failure) => {
          this.reporter.trouble(failure)
          this.#doubt()
        },
        onUsable: () => {
          this.reporter.recovered()
          void this.#refresh()
        },
      })
      this.#nodes.set(address, node)
      if (this.#closed) void node.close()
      else void node.whenUsable()
    }
    return node
  }

  #anyUsable(): RedisNode | undefined {
    return [...this.#nodes.values()].find((node) => node.usable)
  }

  /** Whether every slot has an owner that is worth asking. */
  #isWhole(): boolean {
    const owners = new Set(this.#owners)
    return owners.size > 0 && [...owners].every((address) => address !== undefined && this.#nodes.get(address)?.usable === true)
  }

  #doubt(): void {
    this.#doubtful = true
    this.#schedule()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#closed || !this.#doubtful) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#refresh()
    }, REFRESH_MS).unref()
  }

  async #refresh(): Promise<void> {
    if (this.#refreshing || this.#closed) return
    this.#refreshing = true
    for (const [address, node] of [...this.#nodes]) {
      if (!node.usable) continue
      const owners = readSlots(await node.send(['CLUSTER', 'SLOTS']).catch(() => undefined), address)
      if (!owners) continue
      this.#adopt(owners)
      break
    }
    this.#refreshing = false
    this.#doubtful = !this.#isWhole()
    this.#schedule()
    if (this.#doubtful) return
    for (const resolve of this.#onUsable) resolve()
    this.#onUsable.clear()
  }

  #adopt(owners: readonly (string | undefined)[]): void {
    this.#owners = owners
    const needed = new Set([...owners, ...this.#seeds])
    for (const address of needed) if (address !== undefined) this.#nodeAt(address)
    for (const [address, node] of [...this.#nodes]) {
      if (needed.has(address)) continue
      this.#nodes.delete(address)
      void node.close()
    }
  }
}
