import type { Exchange, Reply } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import { compileMockAnswers, type MockAnswer, type MockAnswers } from '../mock/mock-answers.js'
import { seedOf } from '../mock/random.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { CompilePolicy } from './compiler.js'
import { pause } from './pause.js'

/** Numbers that the caller asks for in `Prefer` (RFC 7240 section 2). */
function preference({ headers }: Exchange, name: 'code' | 'example'): number | undefined {
  const given = [headers['prefer'] ?? []].flat().join(',')
  const match = new RegExp(`(?:^|[,;])\\s*${name}\\s*=\\s*"?(\\d{1,4})"?\\s*(?:$|[,;])`, 'i').exec(given)
  return match ? Number(match[1]) : undefined
}

function answer(exchange: Exchange, { status, byStatus }: MockAnswers, seed: number): Reply {
  const code = preference(exchange, 'code') ?? 0
  const chosen = byStatus.get(code)
  const taken = chosen ?? (byStatus.get(status) as MockAnswer)
  const asked = preference(exchange, 'example') ?? 0
  const example = asked >= 1 && asked <= taken.examples ? asked : undefined
  const applied = [...(chosen ? [`code=${code}`] : []), ...(example === undefined ? [] : [`example=${example}`])]
  if (applied.length > 0) exchange.setResponseHeader('preference-applied', applied.join(', '))
  return taken.reply(seed ^ seedOf(`${exchange.method} ${exchange.path}?${exchange.queryString}`), example)
}

/** Compiles `mock`; a route's answers are compiled when it is first asked for. */
export const compileMock: CompilePolicy<'mock'> = ({ status, seed, delay }) => {
  const known = new WeakMap<ResolvedRoute, MockAnswers>()
  const answersOf = (route: ResolvedRoute): MockAnswers => {
    const answers = known.get(route) ?? compileMockAnswers(route, status)
    known.set(route, answers)
    return answers
  }
  return {
    request(given) {
      const exchange = given as GatewayExchange
      const route = exchange.route?.source
      // Where no route matches there is nothing to answer for.
      if (!route) return undefined
      const reply = () => answer(exchange, answersOf(route), seed)
      return delay > 0 ? pause(delay, exchange).then(reply) : reply()
    },
  }
}
