import { defineGateway, group, mirror, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })
const shopNext = upstream('shop-next', { targets: ['http://127.0.0.1:4101'] })

const Product = z.object({ id: z.string(), name: z.string(), price: z.number(), updatedAt: z.string() })

// One of ten reads goes to the new service too, and what it answers is compared.
const catalogue = group({
  prefix: '/products',
  use: { rewrite: mirror({ to: shopNext, sample: 0.1, diff: { ignore: ['/updatedAt', '/*/updatedAt'] } }) },
})

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    products: {
      list: catalogue.route({ method: 'GET', path: '', upstream: shop, responses: { 200: z.array(Product) } }),
      get: catalogue.route({ method: 'GET', path: '/{id}', upstream: shop, responses: { 200: Product, 404: 'problem' } }),
    },
    orders: {
      // Copies of what changes something only go where doing it twice does no harm.
      create: route({
        method: 'POST',
        path: '/orders',
        upstream: shop,
        use: { load: mirror({ to: shopNext, unsafe: true, concurrency: 4 }) },
      }),
    },
  },
})
