import { defineGateway, ip, maintenance, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const migration = maintenance({
  windows: [{ start: '2026-12-01T02:00:00+01:00', end: '2026-12-01T04:00:00+01:00' }],
  except: { by: ip, values: ['192.0.2.7'] },
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: { create: route({ method: 'POST', path: '/orders', upstream: shop, use: { migration } }) },
  },
})
