import { env } from 'gatewright'
import { z } from 'zod'

const port = (name: string, fallback: number) => env(name, z.coerce.number().int().min(1).max(65_535).default(fallback))

/** Where everything listens, on 127.0.0.1; each port can be moved with its environment variable. */
export const ports = {
  gateway: port('SHOP_GATEWAY_PORT', 8080),
  admin: port('SHOP_ADMIN_PORT', 9901),
  issuer: port('SHOP_ISSUER_PORT', 4100),
  catalog1: port('SHOP_CATALOG_1_PORT', 4101),
  catalog2: port('SHOP_CATALOG_2_PORT', 4102),
  orders: port('SHOP_ORDERS_PORT', 4103),
  accounts: port('SHOP_ACCOUNTS_PORT', 4104),
}
