import { defineGateway, route, timeWindow, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    refunds: {
      create: route({
        method: 'POST',
        path: '/refunds',
        upstream: shop,
        use: {
          hours: timeWindow({ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00', timeZone: 'Europe/Berlin' }),
        },
      }),
    },
  },
})
