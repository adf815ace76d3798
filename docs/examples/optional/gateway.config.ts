import { defineGateway, jwt, optional, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string() }),
})
const visitor = optional(session)

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    products: {
      list: route({
        method: 'GET',
        path: '/products',
        upstream: shop,
        auth: visitor,
        use: { limit: rateLimit({ by: visitor.key((auth) => auth?.claims.sub ?? 'anonymous'), limit: '600/min' }) },
      }),
    },
  },
})
