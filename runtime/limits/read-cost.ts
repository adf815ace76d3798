import { type Exchange, type Key, Problem } from '../../sdk/index.js'
import type { CompileContext } from '../policies/compiler.js'
import { quietly } from './quiet.js'

/** Whether a number can be a cost; fractions count as the next whole number. */
export const isCost = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER

/** Finds the cost of an exchange. It throws for a key that reads no number of at least 0, since no guess is safe. */
export function readCost(cost: number | Key<never, unknown>, { identity, services }: CompileContext): (exchange: Exchange) => number {
  if (typeof cost === 'number') return () => cost
  const quiet = quietly(services.clock)
  return (exchange) => {
    const value: unknown = cost.read(exchange as never)
    if (isCost(value)) return Math.ceil(value)
    const cause = `the cost of a request is no number of at least 0, but ${String(value).slice(0, 64)}`
    quiet(() => services.log.error({ limiter: identity, requestId: exchange.requestId }, cause))
    throw new Problem('INTERNAL', { cause })
  }
}
