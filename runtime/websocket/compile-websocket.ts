import { Problem, type RequestStep } from '../../sdk/index.js'
import type { ResolvedRoute } from '../../sdk/resolved.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Services } from '../services.js'
import { ConnectionCap } from './connection-cap.js'

/** A route's WebSocket settings, ready to run. */
export interface CompiledWebSocket {
  /** Longest silence of a connection; milliseconds. */
  readonly idle: number
  /** Counts a connection that is about to be opened; throws a `Problem` where the caller has too many. */
  admit(exchange: GatewayExchange): void
}

/** Compiles what a route that speaks WebSocket needs at request time; undefined where it does not. */
export function compileWebSocket({ id, websocket }: ResolvedRoute, services: Services): CompiledWebSocket | undefined {
  if (!websocket) return undefined
  const { idle, maxPerConsumer } = websocket
  if (maxPerConsumer === undefined) return { idle, admit: () => undefined }
  const cap = services.keep(`websocket:${id}`, () => new ConnectionCap())
  return { idle, admit: (exchange) => cap.take(exchange, exchange.req.socket, maxPerConsumer) }
}

/**
 * The step that refuses handshakes from pages of other origins: a browser sends cookies along with them, and no
 * same-origin policy keeps the page from reading what comes back (RFC 6455 section 10.2).
 */
export function originStep(origins: readonly string[]): RequestStep {
  const allowed = new Set(origins)
  return (given) => {
    const { upgrade, headers } = given as GatewayExchange
    const { origin } = headers
    if (upgrade && origin !== undefined && !allowed.has(String(origin))) throw new Problem('ORIGIN_NOT_ALLOWED')
  }
}
