import { defineGateway, mock, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const Order = z.object({ id: z.uuid(), total: z.number().min(0), placed: z.iso.datetime() }).meta({ id: 'Order' })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      /** Not built yet: answers with made-up orders. */
      list: route({ method: 'GET', path: '/orders', upstream: shop, responses: { 200: z.array(Order) }, use: { mock: mock({ seed: 7 }) } }),
    },
  },
})
