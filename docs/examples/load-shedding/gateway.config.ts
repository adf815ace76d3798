import { defineGateway, loadShedding, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      pay: route({ method: 'POST', path: '/orders/pay', upstream: shop, use: { load: loadShedding({ criticality: 'critical' }) } }),
      list: route({ method: 'GET', path: '/orders', upstream: shop, use: { load: loadShedding() } }),
      suggest: route({ method: 'GET', path: '/suggestions', upstream: shop, use: { load: loadShedding({ criticality: 'sheddable' }) } }),
    },
  },
})
