import { type CompiledPolicy, Problem, type ResolvedAuth } from '../../sdk/index.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import { compileAuth } from './auth-compilers.js'
import { ABSENT, authenticateBy, authenticatorsOf, headersOf } from './authenticate-by.js'
import type { Alternative, Authenticator, CompileContext } from './compiler.js'

export { compileAuth } from './auth-compilers.js'

const MISSING = 'A credential is needed; the WWW-Authenticate header names the accepted kinds.'

const FOREIGN = 'What was sent is not the credential that is accepted here.'

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

/** The failure to answer with: the first one, unless a credential could not be checked at all. */
function graver(first: Problem | undefined, next: unknown): Problem {
  if (!(next instanceof Problem)) throw next
  if (first === undefined) return next
  return first.code !== 'AUTH_UNAVAILABLE' && next.code === 'AUTH_UNAVAILABLE' ? next : first
}

/** The headers that a request may not bring upstream, where the credentials of `taken` were accepted. */
function strippedFor(taken: readonly Authenticator[], all: readonly Authenticator[]): readonly string[] {
  const forwarded = taken.filter(({ forward }) => forward).flatMap(headersOf)
  const own = taken.flatMap(({ owned = [] }) => owned)
  return distinct([
    ...all.flatMap(headersOf).filter((name) => !forwarded.includes(name)),
    ...all.flatMap(({ owned = [] }) => owned).filter((name) => !own.includes(name)),
  ])
}

/** True if the request has something that may be a credential of this kind. */
function isBrought(authenticator: Authenticator, exchange: GatewayExchange): boolean {
  const names = headersOf(authenticator)
  // What comes with the connection, or is for a service to find, only the authenticator can tell.
  return names.length === 0 ? authenticator.recognises('', exchange) : names.some((name) => exchange.headers[name] !== undefined)
}

/**
 * Compiles a route's auth to one step: tries each credential that is there, in order; the first that holds becomes
 * `ctx.auth`, and where several are needed together, what they found by name. Only that one is sent upstream, and only if its
 * auth says `forward`; every other header that may carry a credential is stripped. Synchronous as long as the authenticators are.
 */
export function compileAuthenticate(auth: ResolvedAuth, context: CompileContext): CompiledPolicy {
  const alternatives = compileAuth(auth, context)
  const authenticators = alternatives.flatMap(authenticatorsOf)
  const isOptional = auth.name === 'optional'
  // Over HTTP/2 a browser may split its cookies; they are joined again, and none is lost.
  const single = distinct(authenticators.flatMap(headersOf)).filter((name) => name !== 'cookie')
  const strippedBy = alternatives.map((alternative) => strippedFor(authenticatorsOf(alternative), authenticators))
  const strippedOfAll = strippedFor([], authenticators)
  const challenges = [
    ...distinct(authenticators.map(({ challenge }) => challenge)).flatMap((challenge) => ['WWW-Authenticate', challenge]),
    ...authenticators.flatMap(({ hints = [] }) => hints),
  ]

  const accept = (exchange: GatewayExchange, value: unknown, stripped: readonly string[]): void => {
    exchange.auth = value
    for (const name of stripped) exchange.removeRequestHeader(name)
  }

  const attempt = (exchange: GatewayExchange, from: number, failure: Problem | undefined): void | Promise<void> => {
    let worst = failure
    for (let index = from; index < alternatives.length; index += 1) {
      try {
        const result = authenticateBy(alternatives[index] as Alternative, exchange)
        if (result === ABSENT) continue
        const stripped = strippedBy[index] as readonly string[]
        if (!(result instanceof Promise)) return accept(exchange, result, stripped)
        return result.then(
          (found) => accept(exchange, found, stripped),
          (error: unknown) => attempt(exchange, index + 1, graver(worst, error)),
        )
      } catch (error) {
        worst = graver(worst, error)
      }
    }
    if (worst) throw worst
    if (isOptional) throw new Problem('INVALID_CREDENTIALS', { detail: FOREIGN, headers: challenges })
    throw new Problem('UNAUTHENTICATED', { detail: MISSING, headers: challenges })
  }

  return {
    request(given) {
      const exchange = given as GatewayExchange
      const repeated = findRepeated(exchange.req.rawHeaders, single)
      if (repeated !== undefined)
        throw new Problem('INVALID_CREDENTIALS', { detail: `The request has more than one ${repeated} header.`, headers: challenges })
      if (isOptional && !authenticators.some((one) => isBrought(one, exchange))) return accept(exchange, undefined, strippedOfAll)
      return attempt(exchange, 0, undefined)
    },
  }
}
