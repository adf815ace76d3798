import { defineGateway, forwardAuth, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = forwardAuth({
  url: 'http://127.0.0.1:4100/check',
  headers: ['authorization', 'cookie'],
  upstreamHeaders: ['x-user-id'],
  data: z.object({ 'x-user-id': z.string(), 'x-user-plan': z.enum(['free', 'pro']) }),
  cache: { ttl: '30s', staleOnError: '5m' },
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: { list: route({ method: 'GET', path: '/orders', upstream: shop, auth: session }) },
  },
})
