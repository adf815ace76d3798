import type { Exchange, Key, RequestStep } from '../../sdk/index.js'
import type { CompileContext } from '../policies/compiler.js'
import type { LimitDecisions, LimitStore } from '../stores/limit-store.js'
import { answerLimit, type LimitAnswer } from './answer-limit.js'
import type { FollowUp } from './compile-settlement.js'
import { storeUnavailable } from './store-unavailable.js'

/** Something that requests are counted against. */
export interface Counter {
  /** Starts the key of each of its counters. */
  readonly name: string
  /** Requests admitted at once after a pause. */
  readonly whole: number
  /** What callers are told. */
  answer(): LimitAnswer
  take(store: LimitStore, key: string, cost: number): LimitDecisions | Promise<LimitDecisions>
  /** Puts right what was taken. */
  settle(store: LimitStore, key: string, taken: LimitDecisions, cost: number, due: number): void | Promise<void>
}

/** What a limiter is made of, ready to run. */
export interface LimiterParts {
  readonly by: Key<never, string>
  readonly onStoreFailure: 'open' | 'closed' | 'local'
  readonly counterOf: (exchange: Exchange) => Counter
  readonly costOf: (exchange: Exchange) => number
  readonly followUp: FollowUp | undefined
}

/** One request before it is decided. */
interface Asked {
  readonly exchange: Exchange
  readonly counter: Counter
  readonly key: string
  readonly cost: number
}

/** The step of a limiter: counts, answers, and follows an admitted request to its end; synchronous where the counters are in this process. */
export function limiterStep(
  { by, onStoreFailure, counterOf, costOf, followUp }: LimiterParts,
  { key, services }: CompileContext,
): RequestStep {
  const { limits, localLimits } = services
  const labels = { mode: onStoreFailure }

  function decided({ exchange, counter, key: counted, cost }: Asked, store: LimitStore, taken: LimitDecisions): void {
    answerLimit(exchange, counter.answer(), taken)
    followUp?.(exchange, cost, (due) => counter.settle(store, counted, taken, cost, due))
  }

  function undecided(asked: Asked, cause: unknown): void | Promise<void> {
    const { exchange, counter } = asked
    services.count('gatewright_limit_store_failures_total', labels)
    if (onStoreFailure === 'local') return take(asked, localLimits)
    exchange.addResponseHeader('ratelimit-policy', counter.answer().policy)
    if (onStoreFailure === 'closed') throw storeUnavailable(cause)
    exchange.give(key, { remaining: counter.whole })
  }

  function take(asked: Asked, store: LimitStore): void | Promise<void> {
    const taken = asked.counter.take(store, asked.key, asked.cost)
    if (!(taken instanceof Promise)) return decided(asked, store, taken)
    return taken.then(
      (known) => decided(asked, store, known),
      (cause: unknown) => {
        if (store === localLimits) throw cause
        return undecided(asked, cause)
      },
    )
  }

  return (exchange) => {
    const counter = counterOf(exchange)
    return take({ exchange, counter, key: counter.name + by.read(exchange as never), cost: costOf(exchange) }, limits)
  }
}
