import { allOf, apiKey, defineGateway, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string() }),
})
const partner = apiKey({
  keys: [{ id: 'acme-1', hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', consumer: 'acme' }],
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      // The partner's key says which shop sends the request, the token for whom.
      mine: route({
        method: 'GET',
        path: '/orders/mine',
        upstream: shop,
        auth: allOf({ user: session, partner }),
        responses: { 200: z.object({ owner: z.string(), via: z.string() }) },
        mapResponse: { 200: (_body, ctx) => ({ owner: ctx.auth.user.claims.sub, via: ctx.auth.partner.consumer }) },
      }),
    },
  },
})
