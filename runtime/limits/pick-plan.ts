import { type Exchange, Problem } from '../../sdk/index.js'
import type { CompileContext } from '../policies/compiler.js'
import { quietly } from './quiet.js'

/** What a limiter reads a plan with, and has for each. */
interface Planned<L> {
  readonly limit?: L | undefined
  readonly plan?: { readonly read: (ctx: never) => unknown } | undefined
  readonly limits?: Readonly<Record<string, L>> | undefined
}

/**
 * Compiles the limit of everyone, or of each plan, and finds the one for an exchange. It throws for a plan without a limit: neither no
 * limit nor somebody else's is a safe guess.
 */
export function pickPlan<L, M>(
  { limit, plan, limits }: Planned<L>,
  context: CompileContext,
  compile: (limit: L, plan: string | undefined) => M,
): (exchange: Exchange) => M {
  if (limit !== undefined) {
    const only = compile(limit, undefined)
    return () => only
  }
  const { clock, log } = context.services
  const all = new Map(Object.entries(limits ?? {}).map(([name, given]) => [name, compile(given, name)]))
  const quiet = quietly(clock)
  return (exchange) => {
    const name: unknown = plan?.read(exchange as never)
    const found = all.get(name as string)
    if (found !== undefined) return found
    const cause = `no limit for plan ${JSON.stringify(String(name).slice(0, 64))}; known: ${[...all.keys()].join(', ')}`
    quiet(() => log.error({ limiter: context.identity, requestId: exchange.requestId }, cause))
    throw new Problem('INTERNAL', { cause })
  }
}
