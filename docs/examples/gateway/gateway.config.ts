import { defineGateway, env, ip, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: [env('SHOP_URL', z.string().default('http://127.0.0.1:4001'))] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.4.0', description: 'Everything that the shop sells.' },
  servers: [{ url: 'https://api.shop.example.org' }],
  server: {
    port: env('PORT', z.coerce.number().default(8080)),
    trustedProxies: ['10.0.0.0/8'],
    limits: { headers: '8kb' },
  },
  admin: { host: '127.0.0.1', port: 9901 },
  log: { level: 'info', headers: ['user-agent'] },
  use: { flood: rateLimit({ by: ip, limit: '50/s' }) },
  routes: { orders: { list: route({ method: 'GET', path: '/orders', upstream: shop }) } },
})
