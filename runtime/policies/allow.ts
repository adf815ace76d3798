import { type Exchange, Problem } from '../../sdk/index.js'
import { compileRefuse } from './authorization.js'
import type { CompilePolicy } from './compiler.js'

/** Compiles a rule on `ctx.auth`; only `true` lets pass. Synchronous where the rule is. */
export const compileAllow: CompilePolicy<'allow'> = ({ name, rule, mode }, context) => {
  const refuse = compileRefuse(mode, context)
  // A rule that fails has not allowed anything; as a problem it passes in shadow like any other refusal.
  const fail = (cause: unknown): never => {
    throw new Problem('INTERNAL', { cause })
  }
  const decide = (exchange: Exchange, allowed: unknown): void => {
    if (allowed !== true)
      refuse(exchange, new Problem('FORBIDDEN', { detail: 'The caller may not use this operation.', cause: `rule ${name}` }))
  }
  const ask = (exchange: Exchange): boolean | Promise<boolean> => {
    try {
      return rule(exchange.auth)
    } catch (error) {
      return fail(error)
    }
  }
  return {
    request(exchange) {
      const answer = ask(exchange)
      if (!(answer instanceof Promise)) return decide(exchange, answer)
      return answer.catch(fail).then((allowed) => decide(exchange, allowed))
    },
  }
}
