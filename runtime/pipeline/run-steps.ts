import type { Reply, RequestStep } from '../../sdk/index.js'
import type { GatewayExchange } from './exchange.js'

type Outcome = Reply | undefined

/**
 * Runs steps in order until one replies. Returns at once where every step did; only a step that returned a promise is waited for.
 * Throws, or rejects, with what a step threw.
 */
export function runSteps(steps: readonly RequestStep[], exchange: GatewayExchange, from = 0): Outcome | Promise<Outcome> {
  for (let index = from; index < steps.length; index++) {
    const result = (steps[index] as RequestStep)(exchange)
    if (result === undefined) continue
    if (result instanceof Promise) return resume(steps, exchange, index + 1, result as Promise<Outcome>)
    return result
  }
  return undefined
}

async function resume(steps: readonly RequestStep[], exchange: GatewayExchange, next: number, pending: Promise<Outcome>): Promise<Outcome> {
  const reply = await pending
  // A client that left in the meantime is owed nothing more.
  if (reply || exchange.gone) return reply
  return runSteps(steps, exchange, next)
}
