import { defineGateway, introspection, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = introspection({
  endpoint: 'https://id.example.org/oauth2/introspect',
  // The secret belongs in the environment: env('INTROSPECTION_SECRET').
  client: { id: 'gateway', secret: 'an example secret' },
  claims: z.object({ sub: z.string() }),
  audience: 'shop',
  maxAge: '30s',
  scopes: ['orders:read', 'orders:write'],
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      list: route({ method: 'GET', path: '/orders', upstream: shop, auth: session, use: { read: session.scopes('orders:read') } }),
    },
  },
})
