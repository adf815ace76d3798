import { apiKey, defineGateway, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const partner = apiKey({
  keys: [
    {
      id: 'acme-1',
      hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      consumer: 'acme',
      metadata: { tier: 'gold' },
      expires: '2030-01-01T00:00:00Z',
    },
  ],
  metadata: z.object({ tier: z.enum(['silver', 'gold']) }),
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    stock: { list: route({ method: 'GET', path: '/stock', upstream: shop, auth: partner }) },
  },
})
