import { defineGateway, route, securityHeaders, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  use: { safe: securityHeaders({ crossOriginResourcePolicy: 'same-site' }) },
  routes: { orders: { list: route({ method: 'GET', path: '/orders', upstream: shop }) } },
})
