import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Cell, toCell, toDecision } from './gcra.js'
import { LIMIT_SCRIPT } from './limit-script.js'
import type { CellRate, LimitDecision, LimitStore } from './limit-store.js'
import { redisKey } from './redis-key.js'
import type { RedisLink } from './redis-link.js'
import { StoreFailure } from './store-failure.js'

/** Longest wait for a Redis that may be down. */
const FIND_MS = 2_000
/** Longest rehearsal with one that is up. */
const REHEARSE_MS = 3_000
/** How many takes each rehearsal has. */
const REHEARSALS = [1, 8, 32, 64, 64]
const REHEARSED: CellRate = { emissionMs: 1, burst: 1 }

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
  readonly #link: RedisLink
  readonly #prefix: string

  constructor(link: RedisLink, prefix: string) {
    this.#link = link
    this.#prefix = prefix
  }

  take(key: string, rate: CellRate): Promise<LimitDecision> {
    const cell = toCell(rate)
    return this.#run(key, cell).then(
      (reply) => readReply(reply, cell) ?? this.#refuse(new StoreFailure('reply')),
      (failure: StoreFailure) => this.#refuse(failure),
    )
  }

  async warm(): Promise<void> {
    if (await within(FIND_MS, this.#link.whenUsable())) await within(REHEARSE_MS, this.#rehearse())
  }

  /** The link has a life of its own. */
  close(): Promise<void> {
    return Promise.resolve()
  }

  #run(key: string, { emission, capacity }: Cell): Promise<unknown> {
    return this.#link.run(LIMIT_SCRIPT, redisKey(this.#prefix, key), [String(emission), String(capacity)])
  }

  #refuse(failure: StoreFailure): Promise<never> {
    this.#link.reporter.failed(failure, 'limit_store')
    return Promise.reject(failure)
  }

  /** Runs the real thing, more and more at once, so that the first burst of requests meets compiled code and a known script. */
  async #rehearse(): Promise<void> {
    const cell = toCell(REHEARSED)
    const run = `warm\0${randomUUID()}`
    for (const times of REHEARSALS) {
      await this.#link.whenUsable()
      const takes = Array.from({ length: times }, (_, index) => this.#run(`${run}${index}`, cell).then((reply) => readReply(reply, cell)))
      await Promise.allSettled(takes)
    }
    await this.#link.whenUsable()
  }
}

/** Counts in Redis, shared by every process with the same `prefix`; failures are counted as `gatewright_limit_store_errors_total`. */
export function createRedisLimitStore(link: RedisLink, prefix: string): LimitStore {
  return new RedisLimitStore(link, prefix)
}
