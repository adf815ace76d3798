import { apiKey, defineGateway, quota, route, upstream } from 'gatewright'
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

/** Billed from the 15th; what the shop fails to answer is not charged. */
const monthly = quota({
  by: partner.key((auth) => auth.consumer),
  plan: partner.key((auth) => auth.metadata.plan),
  limits: { free: '1000/month', pro: '100000/month' },
  timeZone: 'Europe/Berlin',
  anchor: 15,
  refund: [304, '5xx'],
  onStoreFailure: 'closed',
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  redis: { url: 'redis://127.0.0.1:6379' },
  routes: {
    orders: {
      list: route({ method: 'GET', path: '/orders', upstream: shop, auth: partner, use: { monthly } }),
    },
  },
})
