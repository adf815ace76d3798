import { env } from 'gatewright'
import { z } from 'zod'

const port = (name: string, fallback: number) => env(name, z.coerce.number().int().min(1).max(65_535).default(fallback))

/** Where things are; each can be moved with its environment variable. */
export const settings = {
  gatewayPort: port('BFF_GATEWAY_PORT', 8091),
  profilePort: port('BFF_PROFILE_PORT', 4301),
  ordersPort: port('BFF_ORDERS_PORT', 4302),
  picksPort: port('BFF_PICKS_PORT', 4303),
}
