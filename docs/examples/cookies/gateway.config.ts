import { cookies, defineGateway, route, upstream } from 'gatewright'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    basket: route({
      method: '*',
      path: '/basket/{rest*}',
      upstream: shop,
      use: {
        crumbs: cookies({
          request: { keep: ['basket'] },
          response: { remove: ['trace'], path: '/basket', domain: false, secure: true, httpOnly: true, sameSite: 'lax' },
        }),
      },
    }),
  },
})
