import { apiKey, defineGateway, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const partner = apiKey({
  keys: [{ id: 'acme-1', hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', consumer: 'acme' }],
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    exports: {
      start: route({
        method: 'POST',
        path: '/exports',
        upstream: shop,
        auth: partner,
        use: { only: partner.consumers({ allow: ['acme'] }) },
      }),
    },
  },
})
