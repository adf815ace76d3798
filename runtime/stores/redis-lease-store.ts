import { randomUUID } from 'node:crypto'
import { LEASE_SCRIPT } from './lease-script.js'
import type { Lease, LeaseStore } from './lease-store.js'
import { redisKey } from './redis-key.js'
import type { RedisLink } from './redis-link.js'
import { StoreFailure } from './store-failure.js'

/** How long a slot stays taken after its process died. */
const LEASE_MS = 10_000
/** Heartbeats for each lease time: two may be lost. */
const BEATS = 3
/** Slots that Redis could not be told to take back, remembered at most; those beyond are free when their leases are over. */
const MAX_OWED = 10_000

/** A slot that is to be given back once Redis can be told so. */
interface Owed {
  readonly name: string
  readonly id: string
  readonly until: number
}

class RedisLeaseStore implements LeaseStore {
  readonly #link: RedisLink
  readonly #prefix: string
  readonly #leaseMs: number
  readonly #process = randomUUID()
  readonly #held = new Map<string, Set<string>>()
  #owed: Owed[] = []
  #taken = 0
  #timer: NodeJS.Timeout | undefined

  constructor(link: RedisLink, prefix: string, leaseMs: number) {
    this.#link = link
    this.#prefix = prefix
    this.#leaseMs = leaseMs
  }

  async take(key: string, limit: number): Promise<Lease | undefined> {
    this.#timer ??= setInterval(() => this.#beat(), this.#leaseMs / BEATS).unref()
    const name = redisKey(this.#prefix, key)
    const id = `${this.#process}:${this.#taken++}`
    const reply = await this.#run(name, limit, [id]).catch((failure: StoreFailure) => {
      // What got no reply in time may have been done all the same; what was refused at once was never sent.
      if (failure.reason !== 'paused') this.#giveBack(name, id, this.#over())
      throw failure
    })
    if (reply === 0) return undefined
    this.#hold(name, id)
    return { release: () => this.#release(name, id) }
  }

  close(): Promise<void> {
    clearInterval(this.#timer)
    return Promise.resolve()
  }

  #over(): number {
    return performance.now() + this.#leaseMs
  }

  #hold(name: string, id: string): void {
    const ids = this.#held.get(name)
    if (ids) ids.add(id)
    else this.#held.set(name, new Set([id]))
  }

  #release(name: string, id: string): void {
    const ids = this.#held.get(name)
    if (!ids?.delete(id)) return
    if (ids.size === 0) this.#held.delete(name)
    this.#giveBack(name, id, this.#over())
  }

  /** Tells Redis that a slot is free, or remembers to. */
  #giveBack(name: string, id: string, until: number): void {
    this.#link.send(['ZREM', name, id]).catch((failure: StoreFailure) => {
      this.#link.reporter.failed(failure, 'lease_store')
      if (this.#owed.length < MAX_OWED) this.#owed.push({ name, id, until })
    })
  }

  async #run(name: string, limit: number, ids: readonly string[]): Promise<0 | 1> {
    try {
      const reply = await this.#link.run(LEASE_SCRIPT, name, [String(limit), String(this.#leaseMs), ...ids])
      if (reply === 0 || reply === 1) return reply
      throw new StoreFailure('reply')
    } catch (failure) {
      this.#link.reporter.failed(failure as StoreFailure, 'lease_store')
      throw failure
    }
  }

  #beat(): void {
    const now = performance.now()
    const owed = this.#owed.filter(({ until }) => until > now)
    this.#owed = []
    for (const { name, id, until } of owed) this.#giveBack(name, id, until)
    for (const [name, ids] of this.#held) this.#renew(name, [...ids])
  }

  /** Renews leases; one that was given back meanwhile may have been taken once more by that, and is given back again. */
  #renew(name: string, ids: readonly string[]): void {
    const check = () => {
      for (const id of ids) if (!this.#held.get(name)?.has(id)) this.#giveBack(name, id, this.#over())
    }
    this.#run(name, 0, ids).then(check, check)
  }
}

/**
 * Slots in Redis, shared by every process with the same `prefix`. A process renews what it holds three times in `leaseMs`, default 10 s, on
 * Redis's own clock; so slots come back when it dies, and are there again after Redis lost them. Failures are counted as
 * `gatewright_lease_store_errors_total`.
 */
export function createRedisLeaseStore(link: RedisLink, prefix: string, leaseMs = LEASE_MS): LeaseStore {
  return new RedisLeaseStore(link, prefix, leaseMs)
}
