import { hash, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import type { Services } from '../services.js'
import { FailureReporter } from './failure-reporter.js'
import { type Cell, toCell, toDecision } from './gcra.js'
import type { CellRate, LimitDecision, LimitStore } from './limit-store.js'
import { RedisConnection } from './redis-connection.js'
import { RedisHealth } from './redis-health.js'
import { RedisScript } from './redis-script.js'
import { StoreFailure } from './store-failure.js'

/** Longest wait for a Redis that may be down. */
const FIND_MS = 2_000
/** Longest rehearsal with one that is up. */
const REHEARSE_MS = 3_000
/** How many takes each rehearsal has. */
const REHEARSALS = [1, 8, 32, 64, 64]
/** Refused without a trace: it asks for more than it allows. */
const PROBE: Cell = { emission: 1, capacity: 0 }
const REHEARSED: CellRate = { emissionMs: 1, burst: 1 }

/** Options of {@link createRedisLimitStore}. */
export interface RedisLimitStoreOptions {
  /** `redis://` or `rediss://`, with credentials and database if any. */
  readonly url: string
  /** What every key starts with. */
  readonly prefix: string
  readonly clock: Clock
  readonly log: Logger
  readonly count: Services['count']
}

/** Reads the script's reply; nothing but a whole decision passes. */
function readReply(reply: unknown, cell: Cell): LimitDecision | undefined {
  if (!Array.isArray(reply) || reply.length !== 2) return undefined
  const [admitted, backlog] = reply as [unknown, unknown]
  if (admitted !== 0 && admitted !== 1) return undefined
  if (typeof backlog !== 'number' || !Number.isInteger(backlog) || backlog < 0 || backlog > cell.capacity) return undefined
  return toDecision(admitted === 1, backlog, cell)
}

/** Whether `task` is done within `ms` milliseconds. */
async function within(ms: number, task: Promise<void>): Promise<boolean> {
  const bound = new AbortController()
  const late = delay(ms, false, { signal: bound.signal }).catch(() => false)
  const done = await Promise.race([task.then(() => true), late])
  bound.abort()
  return done
}

class RedisLimitStore implements LimitStore {
  readonly #prefix: string
  readonly #reporter: FailureReporter
  readonly #connection: RedisConnection
  readonly #health: RedisHealth
  readonly #script: RedisScript
  readonly #onUsable = new Set<() => void>()

  constructor({ url, prefix, clock, log, count }: RedisLimitStoreOptions) {
    this.#prefix = prefix
    this.#reporter = new FailureReporter(clock, log, count)
    this.#connection = new RedisConnection(url, { onReady: () => this.#greet(), onLost: (cause) => this.#lost(cause) })
    this.#health = new RedisHealth(this.#connection, {
      probe: () => this.#probe(),
      onUsable: () => {
        this.#reporter.recovered()
        for (const resolve of this.#onUsable) resolve()
        this.#onUsable.clear()
      },
    })
    this.#script = new RedisScript(this.#connection, this.#health)
  }

  take(key: string, rate: CellRate): Promise<LimitDecision> {
    if (this.#health.paused) {
      this.#connection.open()
      return this.#refuse(new StoreFailure(this.#connection.ready ? 'paused' : 'offline'))
    }
    return this.#decide(key, rate)
  }

  async warm(): Promise<void> {
    this.#connection.open()
    if (await within(FIND_MS, this.#whenUsable())) await within(REHEARSE_MS, this.#rehearse())
  }

  close(): Promise<void> {
    this.#health.stop()
    return this.#connection.close()
  }

  #decide(key: string, rate: CellRate): Promise<LimitDecision> {
    const cell = toCell(rate)
    return this.#script.run(this.#keyOf(key), cell).then(
      (reply) => readReply(reply, cell) ?? this.#refuse(new StoreFailure('reply')),
      (failure: StoreFailure) => this.#refuse(failure),
    )
  }

  #refuse(failure: StoreFailure): Promise<never> {
    this.#reporter.failed(failure)
    return Promise.reject(failure)
  }

  /** The counter's name stays readable; the rest is hashed, so that no caller chooses a key's length, bytes or slot. */
  #keyOf(key: string): string {
    return `${this.#prefix}:{${key.slice(0, Math.max(0, key.indexOf('\0')))}:${hash('sha256', key, 'base64url').slice(0, 22)}}`
  }

  #lost(cause: unknown): void {
    this.#health.lost()
    this.#reporter.trouble(new StoreFailure('offline', cause))
  }

  #greet(): void {
    const probe = (): void => this.#probe()
    this.#script.load().then(probe, probe)
    this.#health.begin()
  }

  #probe(): void {
    this.#script.run(`${this.#prefix}:{probe}`, PROBE).catch((failure: StoreFailure) => this.#reporter.trouble(failure))
  }

  #whenUsable(): Promise<void> {
    return this.#health.paused ? new Promise((resolve) => this.#onUsable.add(resolve)) : Promise.resolve()
  }

  /** Runs the real thing, more and more at once, so that the first burst of requests meets compiled code and a known script. */
  async #rehearse(): Promise<void> {
    const cell = toCell(REHEARSED)
    const run = `warm\0${randomUUID()}`
    for (const times of REHEARSALS) {
      await this.#whenUsable()
      const takes = Array.from({ length: times }, (_, index) =>
        this.#script.run(this.#keyOf(`${run}${index}`), cell).then((reply) => readReply(reply, cell)),
      )
      await Promise.allSettled(takes)
    }
    await this.#whenUsable()
  }
}

/**
 * Counts in Redis, shared by every process with the same `url` and `prefix`; Redis 5 or later. Connects on first use. A
 * take rejects within a budget of 20 ms if Redis does not answer, at once while it is known to be down; each is counted
 * as `gatewright_limit_store_errors_total`, and one line per ten seconds is logged.
 */
export function createRedisLimitStore(options: RedisLimitStoreOptions): LimitStore {
  return new RedisLimitStore(options)
}
