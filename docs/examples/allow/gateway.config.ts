import { defineGateway, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string(), email: z.email() }),
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    reports: {
      list: route({
        method: 'GET',
        path: '/reports',
        upstream: shop,
        auth: session,
        // Watched before it is enforced: who would be refused is counted and logged.
        use: { staff: session.allow('staff', (auth) => auth.claims.email.endsWith('@example.org'), { mode: 'shadow' }) },
      }),
      remove: route({
        method: 'DELETE',
        path: '/reports/{id}',
        upstream: shop,
        auth: session,
        use: { owner: session.allow('owner', (auth) => auth.claims.sub === 'ann') },
      }),
    },
  },
})
