import type { CompiledRoute } from './compiled-route.js'
import type { GatewayExchange } from './exchange.js'

/** The route as one exchange runs it: of a rollout, the side that is chosen for it, once. */
export function chosenRoute(exchange: GatewayExchange, route: CompiledRoute): CompiledRoute {
  if (!route.rollout) return route
  if (!exchange.route || exchange.route === route) exchange.route = route.rollout.choose(exchange)
  return exchange.route
}
