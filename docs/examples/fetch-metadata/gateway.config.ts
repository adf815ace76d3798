import { defineGateway, fetchMetadata, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    cart: {
      add: route({ method: 'POST', path: '/cart', upstream: shop, use: { sameSite: fetchMetadata({ navigations: false }) } }),
    },
  },
})
