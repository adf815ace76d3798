import { type Gateway, type ResolvedGateway, resolveGateway } from '../sdk/index.js'
import { GatewayRuntime } from './gateway-runtime.js'
import type { GatewayRunOptions, RunningGateway } from './types.js'

/**
 * Makes a gateway of a config; nothing listens until `start`.
 * @throws ConfigError with every issue of the config
 */
export function createGateway(config: Gateway, options: GatewayRunOptions = {}): RunningGateway {
  const resolved: ResolvedGateway = resolveGateway(config)
  return new GatewayRuntime(resolved, options)
}
