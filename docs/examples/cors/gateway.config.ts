import { cors, defineGateway, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  use: {
    cors: cors({
      origins: ['https://shop.example.org', 'http://localhost:5173'],
      credentials: true,
      exposeHeaders: ['etag', 'retry-after', 'x-request-id'],
      maxAge: '1h',
    }),
  },
  routes: {
    orders: { list: route({ method: 'GET', path: '/orders', upstream: shop }) },
  },
})
