import { apiKey, defineGateway, ip, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const partner = apiKey({
  keys: [
    {
      id: 'acme-1',
      hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      consumer: 'acme',
      metadata: { plan: 'pro' },
    },
  ],
  metadata: z.object({ plan: z.enum(['free', 'pro']) }),
})

/** One limiter for every route that uses it: together they count once. */
const perPlan = rateLimit({
  by: partner.key((auth) => auth.consumer),
  plan: partner.key((auth) => auth.metadata.plan),
  limits: { free: '60/min', pro: '600/min' },
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  redis: { url: 'redis://127.0.0.1:6379' },
  use: { flood: rateLimit({ by: ip, limit: '50/s', burst: 100 }) },
  routes: {
    orders: {
      list: route({ method: 'GET', path: '/orders', upstream: shop, auth: partner, use: { limit: perPlan } }),
      export: route({
        method: 'GET',
        path: '/orders/export',
        upstream: shop,
        auth: partner,
        use: {
          limit: perPlan,
          exports: rateLimit({ by: partner.key((auth) => auth.consumer), limit: '5/h', name: 'exports', onStoreFailure: 'closed' }),
        },
      }),
    },
  },
})
