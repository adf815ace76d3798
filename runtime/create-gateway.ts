import { type Gateway, type ResolvedGateway, resolveGateway } from '../sdk/index.js'
import { checkProcessFlags } from './check-process-flags.js'
import { GatewayRuntime } from './gateway-runtime.js'
import type { GatewayRunOptions, RunningGateway } from './types.js'

/**
 * Makes a gateway of a config; nothing listens until `start`.
 * @throws ConfigError with every issue of the config, or where Node runs with its lenient HTTP parser
 */
export function createGateway(config: Gateway, options: GatewayRunOptions = {}): RunningGateway {
  checkProcessFlags(process.execArgv, process.env['NODE_OPTIONS'])
  const resolved: ResolvedGateway = resolveGateway(config)
  return new GatewayRuntime(resolved, options)
}
