import { defineGateway, env, faultInjection, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      list: route({
        method: 'GET',
        path: '/orders',
        upstream: shop,
        use: {
          chaos: faultInjection({
            delay: { for: '800ms', percentage: 10 },
            abort: { problem: 'UPSTREAM_TIMED_OUT', percentage: 2 },
            token: { secret: env('FAULT_SECRET', z.string().default('only for this page, 32 characters')) },
          }),
        },
      }),
    },
  },
})
