import { defineGateway, env, internalToken, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string() }),
})
// The orders service checks it with the public half of the key: `iss`, `aud`, `exp` and `sub`.
const identity = internalToken({
  claims: session.key((auth) => ({ sub: auth.claims.sub })),
  issuer: 'https://gateway.example.org/',
  audience: 'orders',
  key: env('INTERNAL_TOKEN_KEY', z.string().default('-----BEGIN PRIVATE KEY----- … -----END PRIVATE KEY-----')),
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      mine: route({ method: 'GET', path: '/orders/mine', upstream: shop, auth: session, use: { identity } }),
    },
  },
})
