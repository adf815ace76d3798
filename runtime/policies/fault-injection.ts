import { env } from 'node:process'
import { type Exchange, Problem } from '../../sdk/index.js'
import type { FaultInjectionSettings } from '../../sdk/policies/fault-injection.js'
import type { CompilePolicy } from './compiler.js'
import { isFaultToken } from './fault-token.js'
import { pause } from './pause.js'
import { spread } from './spread.js'

function compileWhen(when: FaultInjectionSettings['when']): (exchange: Exchange) => boolean {
  if (!when) return () => true
  const { header, equals } = when
  return ({ headers }) => headers[header] !== undefined && (equals === undefined || headers[header] === equals)
}

/** Compiles `faultInjection`; whether this is production is looked up once, at load. */
export const compileFaultInjection: CompilePolicy<'fault-injection'> = (settings, { services: { clock, count } }) => {
  const { delay, abort, token } = settings
  const production = env['NODE_ENV'] === 'production'
  const matches = compileWhen(settings.when)
  const delayed = spread()
  const aborted = spread()
  const isSigned = ({ headers }: Exchange) =>
    token !== undefined &&
    typeof headers[token.header] === 'string' &&
    isFaultToken(headers[token.header] as string, token.secret, clock.wall())
  const stop = (problem: NonNullable<typeof abort>['problem'], exchange: Exchange) => {
    count('gatewright_faults_total', { route: exchange.routeId, fault: 'abort' })
    throw new Problem(problem, { cause: 'injected fault' })
  }
  return {
    request(exchange) {
      const signed = isSigned(exchange)
      if (token) exchange.removeRequestHeader(token.header)
      if ((production && !signed) || !matches(exchange)) return undefined
      const aborts = abort !== undefined && (signed || aborted(abort.percentage / 100))
      if (!delay || !(signed || delayed(delay.percentage / 100))) return aborts ? stop(abort.problem, exchange) : undefined
      count('gatewright_faults_total', { route: exchange.routeId, fault: 'delay' })
      return pause(delay.for, exchange).then(() => (aborts ? stop(abort.problem, exchange) : undefined))
    },
  }
}
