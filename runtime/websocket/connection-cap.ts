import type { Socket } from 'node:net'
import { ip, Problem } from '../../sdk/index.js'
import type { GatewayExchange } from '../pipeline/exchange.js'
import type { Resource } from '../services.js'

interface KnownAuth {
  readonly kind?: unknown
  readonly consumer?: unknown
  readonly issuer?: unknown
  readonly claims?: { readonly sub?: unknown } | null
}

/** Who a caller is to the cap: an API key's consumer, a token's issuer and `sub`, or else an address. */
function callerOf(exchange: GatewayExchange): string {
  const auth = exchange.auth as KnownAuth | undefined
  if (auth?.kind === 'apiKey' && typeof auth.consumer === 'string') return `apiKey ${auth.consumer}`
  if (auth?.kind === 'jwt' && typeof auth.claims?.sub === 'string') return `jwt ${String(auth.issuer)} ${auth.claims.sub}`
  return `ip ${ip.read(exchange)}`
}

/** Counts the WebSocket connections of each caller on one route; kept across reloads. */
export class ConnectionCap implements Resource {
  readonly #counts = new Map<string, number>()

  /**
   * Counts one more connection of the caller's, until its socket closes.
   * @throws Problem TOO_MANY_CONNECTIONS if the caller has `most` already
   */
  take(exchange: GatewayExchange, socket: Socket, most: number): void {
    const caller = callerOf(exchange)
    const open = this.#counts.get(caller) ?? 0
    if (open >= most)
      throw new Problem('TOO_MANY_CONNECTIONS', {
        detail: `At most ${most} WebSocket connection${most === 1 ? '' : 's'} at once.`,
        headers: ['Retry-After', '5'],
      })
    this.#counts.set(caller, open + 1)
    socket.once('close', () => this.#release(caller))
  }

  close(): void {
    // Connections that are open still count themselves out.
  }

  #release(caller: string): void {
    const open = this.#counts.get(caller) as number
    if (open > 1) this.#counts.set(caller, open - 1)
    else this.#counts.delete(caller)
  }
}
