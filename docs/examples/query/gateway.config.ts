import { defineGateway, ip, query, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    search: route({
      method: 'GET',
      path: '/search',
      upstream: shop,
      use: {
        legacy: query({ remove: ['debug'], rename: { q: 'term' }, set: { limit: '20', network: ip }, add: { facet: 'brand' } }),
      },
    }),
  },
})
