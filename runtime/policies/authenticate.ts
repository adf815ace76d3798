import { type CompiledPolicy, Problem, type ResolvedAuth } from '../../sdk/index.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { compileAuth } from './auth-compilers.js'
import type { Authenticator, CompileContext } from './compiler.js'

export { compileAuth } from './auth-compilers.js'

const MISSING = 'A credential is needed; the WWW-Authenticate header names the accepted kinds.'

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)]

/** Names of `names` that stand more than once in raw headers; of some, Node.js would silently keep the first. */
function findRepeated(raw: readonly string[], names: readonly string[]): string | undefined {
  return names.find((name) => {
    let seen = 0
    for (let index = 0; index < raw.length; index += 2) {
      const given = raw[index] as string
      if (given.length === name.length && given.toLowerCase() === name) seen += 1
    }
    return seen > 1
  })
}

const headersOf = ({ header, companions = [] }: Authenticator): readonly string[] =>
  header === undefined ? companions : [header, ...companions]

/** The credential of this kind that the request has, as it was sent; empty where it is not in a header. */
function credentialFor({ header, recognises }: Authenticator, exchange: GatewayExchange): string | undefined {
  const value = header === undefined ? '' : exchange.headers[header]
  return typeof value === 'string' && recognises(value, exchange) ? value : undefined
}

/** The failure to answer with: the first one, unless a credential could not be checked at all. */
function graver(first: Problem | undefined, next: unknown): Problem {
  if (!(next instanceof Problem)) throw next
  if (first === undefined) return next
  return first.code !== 'AUTH_UNAVAILABLE' && next.code === 'AUTH_UNAVAILABLE' ? next : first
}

/**
 * Compiles a route's auth to one step: tries each credential that is there, in order; the first that holds becomes
 * `ctx.auth`. Only that one is sent upstream, and only if its auth says `forward`; every other header that may carry
 * a credential is stripped. Synchronous as long as the authenticators are.
 */
export function compileAuthenticate(auth: ResolvedAuth, context: CompileContext): CompiledPolicy {
  const authenticators = compileAuth(auth, context)
  const names = distinct(authenticators.flatMap(headersOf))
  // Over HTTP/2 a browser may split its cookies; they are joined again, and none is lost.
  const single = names.filter((name) => name !== 'cookie')
  const stripped = new Map(
    authenticators.map((one) => [
      one,
      [
        ...names.filter((name) => !one.forward || !headersOf(one).includes(name)),
        ...authenticators.flatMap(({ owned = [] }) => owned).filter((name) => !one.owned?.includes(name)),
      ],
    ]),
  )
  const challenges = [
    ...distinct(authenticators.map(({ challenge }) => challenge)).flatMap((challenge) => ['WWW-Authenticate', challenge]),
    ...authenticators.flatMap(({ hints = [] }) => hints),
  ]

  const accept = (exchange: GatewayExchange, authenticator: Authenticator, value: unknown): void => {
    exchange.auth = value
    for (const name of stripped.get(authenticator) as readonly string[]) exchange.removeRequestHeader(name)
  }

  const attempt = (exchange: GatewayExchange, from: number, failure: Problem | undefined): void | Promise<void> => {
    let worst = failure
    for (let index = from; index < authenticators.length; index += 1) {
      const authenticator = authenticators[index] as Authenticator
      const value = credentialFor(authenticator, exchange)
      if (value === undefined) continue
      try {
        const result = authenticator.authenticate(value, exchange)
        if (!(result instanceof Promise)) return accept(exchange, authenticator, result)
        return result.then(
          (found) => accept(exchange, authenticator, found),
          (error: unknown) => attempt(exchange, index + 1, graver(worst, error)),
        )
      } catch (error) {
        worst = graver(worst, error)
      }
    }
    throw worst ?? new Problem('UNAUTHENTICATED', { detail: MISSING, headers: challenges })
  }

  return {
    request(given) {
      const exchange = given as GatewayExchange
      const repeated = findRepeated(exchange.req.rawHeaders, single)
      if (repeated !== undefined)
        throw new Problem('INVALID_CREDENTIALS', { detail: `The request has more than one ${repeated} header.`, headers: challenges })
      return attempt(exchange, 0, undefined)
    },
  }
}
