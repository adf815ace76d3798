import type { Exchange, Problem } from '../../sdk/index.js'
import type { Mode } from '../../sdk/schemas/mode.js'
import type { CompileContext } from './compiler.js'

/** Refuses a request for what its caller may not do: counted as `gatewright_authorization_refusals_total`, unless it will pass in shadow. */
export type Refuse = (exchange: Exchange, problem: Problem) => never

/** Makes the {@link Refuse} of a policy. */
export function compileRefuse(mode: Mode, { key, services }: CompileContext): Refuse {
  return (exchange, problem) => {
    if (mode === 'enforce') services.count('gatewright_authorization_refusals_total', { policy: key, route: exchange.routeId })
    throw problem
  }
}

/** Whether `held` has what is needed: all of it, or any. Texts are compared whole. */
export function holds(held: readonly string[], needed: readonly string[], match: 'all' | 'any'): boolean {
  return match === 'all' ? needed.every((one) => held.includes(one)) : needed.some((one) => held.includes(one))
}
