import { defineGateway, route, upstream, userAgents } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  use: { bots: userAgents({ deny: ['*scraper*', 'python-requests/*'], empty: 'deny' }) },
  routes: { orders: { list: route({ method: 'GET', path: '/orders', upstream: shop }) } },
})
