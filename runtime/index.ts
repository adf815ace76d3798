export { hashApiKey, mintApiKey } from './auth/api-key-format.js'
export type { Clock } from './clock.js'
export { createGateway } from './create-gateway.js'
export type {
  BreakerInspection,
  GatewayBreakers,
  GatewayRollouts,
  GatewayRunOptions,
  InjectResponse,
  Revocation,
  RolloutCause,
  RolloutInspection,
  RouteInspection,
  RunningGateway,
  UpstreamEvent,
} from './types.js'
