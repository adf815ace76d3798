import { defineGateway, headers, ip, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string() }),
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    orders: {
      list: route({
        method: 'GET',
        path: '/orders',
        upstream: shop,
        auth: session,
        use: {
          identity: headers({
            request: {
              set: { 'x-user': session.key((auth) => auth.claims.sub), 'x-client-network': ip, 'x-gateway': 'shop' },
              remove: ['cookie'],
            },
          }),
          hygiene: headers({
            response: { set: { 'cache-control': 'no-store' }, add: { link: '</docs>; rel="help"' }, remove: ['server', 'x-powered-by'] },
          }),
        },
      }),
    },
  },
})
