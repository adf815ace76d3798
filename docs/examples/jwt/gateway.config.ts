import { defineGateway, group, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256', 'ES256'],
  claims: z.object({ sub: z.string(), plan: z.enum(['free', 'pro']) }),
  maxAge: '12h',
  discovery: true,
  // curl -d '{"issuer":"https://id.example.org/","sub":"ann"}' -H 'content-type: application/json' http://127.0.0.1:9901/revocations
  revocation: { by: ['jti', 'sub'] },
})

const members = group({ prefix: '/members', auth: session })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    products: { list: route({ method: 'GET', path: '/products', upstream: shop }) },
    members: { me: members.route({ method: 'GET', path: '/me', upstream: shop }) },
  },
})
