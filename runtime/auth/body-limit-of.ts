import type { GatewayExchange } from '../pipeline/exchange.js'

/** What the route's `body.limit` would be by default. */
const DEFAULT_LIMIT = 1_048_576

/** Most bytes of body that the exchange's route takes. */
export function bodyLimitOf({ route }: GatewayExchange): number {
  return route?.bodyLimit ?? DEFAULT_LIMIT
}
