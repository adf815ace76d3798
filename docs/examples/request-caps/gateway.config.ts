import { defineGateway, requestCaps, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    events: {
      ingest: route({
        method: 'POST',
        path: '/events',
        upstream: shop,
        use: { caps: requestCaps({ json: { depth: 8, items: 500, string: '8kb' }, headers: { count: 40 } }) },
      }),
    },
  },
})
