import { env } from 'gatewright'
import { z } from 'zod'

const port = (name: string, fallback: number) => env(name, z.coerce.number().int().min(1).max(65_535).default(fallback))

/** Where things are; each can be moved with its environment variable. */
export const settings = {
  gatewayPort: port('SAAS_GATEWAY_PORT', 8090),
  servicePort: port('SAAS_SERVICE_PORT', 4200),
  redisUrl: env('SAAS_REDIS_URL', z.string().default('redis://127.0.0.1:6379')),
  /** Starts every key in Redis. */
  redisPrefix: env('SAAS_REDIS_PREFIX', z.string().default('saas')),
  /** Shared with the billing provider. The default is for the demo alone. */
  billingSecret: env('SAAS_BILLING_SECRET', z.string().default('whsec_ZGVtbyBzZWNyZXQgb2YgdGhlIGJpbGxpbmcgcHJvdmlkZXI=')),
}
