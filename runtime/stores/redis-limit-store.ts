import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.js'
import { DenialCache } from './denial-cache.js'
import { type Cell, toCell, toDecision } from './gcra.js'
import { LIMIT_SCRIPT, SETTLE_SCRIPT } from './limit-script.js'
import type { LimitDecisions, LimitStore } from './limit-store.js'
import type { QuotaBounds, QuotaDecision } from './quota.js'
import { redisKey } from './redis-key.js'
import type { RedisLink } from './redis-link.js'
import { repayInRedis, spendInRedis } from './redis-quotas.js'
import { StoreFailure } from './store-failure.js'

/** Longest wait for a Redis that may be down. */
const FIND_MS = 2_000
/** Longest rehearsal with one that is up. */
const REHEARSE_MS = 3_000
/** How many takes each rehearsal has. */
const REHEARSALS = [1, 8, 32, 64, 64]
const REHEARSED: readonly Cell[] = [toCell({ emissionMs: 1, burst: 1 })]

/** What the script said; the backlogs are those after the request. */
interface Verdict {
  readonly admitted: boolean
  readonly backlogs: readonly number[]
}

/** Reads the script's reply; nothing but a whole decision passes. */
function readReply(reply: unknown, windows: readonly Cell[]): Verdict {
  const [admitted, ...backlogs] = Array.isArray(reply) ? (reply as unknown[]) : []
  const fits = (backlog: unknown, index: number) =>
    Number.isInteger(backlog) && (backlog as number) >= 0 && (backlog as number) <= (windows[index] as Cell).capacity
  if ((admitted === 0 || admitted === 1) && backlogs.length === windows.length && backlogs.every(fits))
    return { admitted: admitted === 1, backlogs: backlogs as number[] }
  throw new StoreFailure('reply')
}

const argumentsOf = (windows: readonly Cell[]): string[] =>
  windows.flatMap(({ emission, capacity }) => [String(emission), String(capacity)])

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
  readonly #denials: DenialCache

  constructor(link: RedisLink, prefix: string, clock: Clock) {
    this.#link = link
    this.#prefix = prefix
    this.#denials = new DenialCache(clock)
  }

  take(key: string, windows: readonly Cell[], cost: number): LimitDecisions | Promise<LimitDecisions> {
    const name = redisKey(this.#prefix, key)
    return this.#denials.find(name, windows, cost) ?? this.#ask(name, windows, cost)
  }

  settle(key: string, windows: readonly Cell[], taken: number, due: number): Promise<void> {
    const name = redisKey(this.#prefix, key)
    this.#denials.forget(name)
    const args = [String(taken), String(due), ...argumentsOf(windows)]
    return this.#counted(this.#link.run(SETTLE_SCRIPT, name, args).then(() => undefined))
  }

  spend(key: string, limit: number, bounds: QuotaBounds, cost: number): Promise<QuotaDecision> {
    return this.#counted(spendInRedis(this.#link, redisKey(this.#prefix, key), limit, bounds, cost))
  }

  repay(key: string, window: number, difference: number): Promise<void> {
    return this.#counted(repayInRedis(this.#link, redisKey(this.#prefix, key), window, difference))
  }

  async warm(): Promise<void> {
    if (await within(FIND_MS, this.#link.whenUsable())) await within(REHEARSE_MS, this.#rehearse())
  }

  /** The link has a life of its own. */
  close(): Promise<void> {
    return Promise.resolve()
  }

  async #ask(name: string, windows: readonly Cell[], cost: number): Promise<LimitDecisions> {
    const at = this.#denials.now()
    const verdict = await this.#counted(this.#run(name, windows, cost).then((reply) => readReply(reply, windows)))
    const { admitted, backlogs } = verdict
    if (!admitted) this.#denials.add(name, at, backlogs)
    return windows.map((cell, index) => toDecision(admitted, backlogs[index] as number, cell, cost))
  }

  #run(name: string, windows: readonly Cell[], cost: number): Promise<unknown> {
    return this.#link.run(LIMIT_SCRIPT, name, [String(cost), ...argumentsOf(windows)])
  }

  /** Counts and logs a failure on its way to the caller. */
  #counted<T>(result: Promise<T>): Promise<T> {
    return result.catch((failure: StoreFailure) => {
      this.#link.reporter.failed(failure, 'limit_store')
      throw failure
    })
  }

  /** Runs the real thing, more and more at once, so that the first burst of requests meets compiled code and a known script. */
  async #rehearse(): Promise<void> {
    const run = `warm\0${randomUUID()}`
    for (const times of REHEARSALS) {
      await this.#link.whenUsable()
      const takes = Array.from({ length: times }, (_, index) =>
        this.#run(redisKey(this.#prefix, `${run}${index}`), REHEARSED, 1).then((reply) => readReply(reply, REHEARSED)),
      )
      await Promise.allSettled(takes)
    }
    await this.#link.whenUsable()
  }
}

/**
 * Counts in Redis, shared by every process with the same `prefix`; a caller that is refused costs no command until it may be admitted
 * again. Failures are counted as `gatewright_limit_store_errors_total`.
 */
export function createRedisLimitStore(link: RedisLink, prefix: string, clock: Clock): LimitStore {
  return new RedisLimitStore(link, prefix, clock)
}
