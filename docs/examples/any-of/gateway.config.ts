import { anyOf, apiKey, defineGateway, jwt, route, upstream } from 'gatewright'
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
      mine: route({
        method: 'GET',
        path: '/orders/mine',
        upstream: shop,
        auth: anyOf(session, partner),
        responses: { 200: z.object({ owner: z.string(), ids: z.array(z.string()) }) },
        mapResponse: {
          200: (body: { ids: string[] }, ctx) => ({
            owner: ctx.auth.kind === 'jwt' ? ctx.auth.claims.sub : ctx.auth.consumer,
            ids: body.ids,
          }),
        },
      }),
    },
  },
})
