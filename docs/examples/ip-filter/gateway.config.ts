import { defineGateway, ipFilter, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  use: { blocked: ipFilter({ deny: ['203.0.113.0/24', '2001:db8:bad::/48'] }) },
  routes: {
    admin: {
      stats: route({
        method: 'GET',
        path: '/admin/stats',
        upstream: shop,
        use: { office: ipFilter({ allow: ['10.0.0.0/8', '192.0.2.7'] }) },
      }),
    },
  },
})
