import { pino } from 'pino'
import type { Gateway } from '../../sdk/index.js'
import { createGateway } from '../create-gateway.js'
import type { GatewayRunOptions, RunningGateway } from '../types.js'

/**
 * Makes a gateway for tests: silent, on free ports of the loopback interface once started; `inject` needs no port at all.
 * @throws ConfigError with every issue of the config
 */
export function testGateway(config: Gateway, options: GatewayRunOptions = {}): RunningGateway {
  return createGateway(config, { host: '127.0.0.1', port: 0, adminPort: 0, log: pino({ level: 'silent' }), ...options })
}
