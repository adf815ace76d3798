import { defineGateway, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string() }),
  roles: ['support', 'admin'],
  rolesClaim: ['realm_access', 'roles'],
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      remove: route({
        method: 'DELETE',
        path: '/orders/{id}',
        upstream: shop,
        auth: session,
        use: { staff: session.roles(['support', 'admin'], { match: 'any' }) },
      }),
    },
  },
})
