import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Alternative, Authenticator, Combination } from './compiler.js'

/** Stands for a credential that is not there. */
export const ABSENT = Symbol('absent')

/** The authenticators of an alternative: one, or those that are needed together. */
export const authenticatorsOf = (alternative: Alternative): readonly Authenticator[] =>
  'all' in alternative ? alternative.all : [alternative]

/** The headers that carry a credential of this kind. */
export const headersOf = ({ header, companions = [] }: Authenticator): readonly string[] =>
  header === undefined ? companions : [header, ...companions]

/** The credential of this kind that the request has, as it was sent; empty where it is not in a header. */
function credentialFor(authenticator: Authenticator, exchange: GatewayExchange): string | undefined {
  const value = authenticator.header === undefined ? '' : exchange.headers[authenticator.header]
  return typeof value === 'string' && authenticator.recognises(value, exchange) ? value : undefined
}

function authenticateOne(authenticator: Authenticator, exchange: GatewayExchange): unknown {
  const value = credentialFor(authenticator, exchange)
  return value === undefined ? ABSENT : authenticator.authenticate(value, exchange)
}

function authenticateAll({ all, assemble }: Combination, exchange: GatewayExchange, found: readonly unknown[]): unknown {
  const values = [...found]
  for (let index = values.length; index < all.length; index += 1) {
    const value = authenticateOne(all[index] as Authenticator, exchange)
    if (value instanceof Promise) return value.then((later: unknown) => authenticateAll({ all, assemble }, exchange, [...values, later]))
    values.push(value)
  }
  return assemble(values)
}

/** What an alternative finds in a request, or {@link ABSENT}; a promise only where an authenticator gives one. */
export function authenticateBy(alternative: Alternative, exchange: GatewayExchange): unknown {
  if (!('all' in alternative)) return authenticateOne(alternative, exchange)
  // All have to be there before anything is spent on one.
  const isWhole = alternative.all.every((authenticator) => credentialFor(authenticator, exchange) !== undefined)
  return isWhole ? authenticateAll(alternative, exchange, []) : ABSENT
}
