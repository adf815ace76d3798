import { cache, defineGateway, group, jwt, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string() }),
})

// On a group, so that a POST to a path also ends what GET has stored of it.
const catalogue = group({ prefix: '/products', use: { cache: cache({ ttl: '1m', staleWhileRevalidate: '30s', staleIfError: '1h' }) } })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    products: {
      list: catalogue.route({ method: 'GET', path: '', upstream: shop }),
      create: catalogue.route({ method: 'POST', path: '', upstream: shop }),
    },
    orders: {
      list: route({
        method: 'GET',
        path: '/orders',
        upstream: shop,
        auth: session,
        use: { cache: cache({ key: session.key((auth) => auth.claims.sub), ttl: '5s' }) },
      }),
    },
  },
})
