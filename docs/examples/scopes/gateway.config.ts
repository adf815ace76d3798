import { defineGateway, group, jwt, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string() }),
  scopes: ['orders:read', 'orders:write'],
})
const orders = group({ prefix: '/orders', auth: session, use: { read: session.scopes('orders:read') } })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      list: orders.route({ method: 'GET', path: '', upstream: shop }),
      create: orders.route({ method: 'POST', path: '', upstream: shop, use: { write: session.scopes('orders:write') } }),
    },
  },
})
