import { apiKey, cors, defineGateway, group, headers, ip, jwt, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'

const catalogue = upstream('catalogue-backend', {
  targets: ['http://10.1.2.3:4001', { url: 'http://10.1.2.3:4002', weight: 2 }],
  balance: 'weighted',
  health: { path: '/healthz' },
})
const sales = upstream('sales-backend', { targets: ['http://10.1.2.4:4001'], timeouts: { total: '20s' } })

const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['HS256'],
  secret: 'not-for-anyone-to-read-not-for-anyone',
  claims: z.object({ sub: z.string(), plan: z.enum(['free', 'pro']) }),
})
const staff = apiKey({ header: 'x-staff-key', keys: [] })

const Money = z
  .object({ amount: z.int().min(0).describe('In the smallest unit.'), currency: z.string().regex(/^[A-Z]{3}$/) })
  .meta({ id: 'Money', description: 'An amount of money.' })

const Category = z
  .object({
    name: z.string().min(1),
    get children() {
      return z.array(Category)
    },
  })
  .meta({ id: 'Category' })

const Card = z.object({ kind: z.literal('card'), last4: z.string().length(4) }).meta({ id: 'Card' })
const Transfer = z.object({ kind: z.literal('transfer'), iban: z.string() }).meta({ id: 'Transfer' })
const Payment = z.discriminatedUnion('kind', [Card, Transfer]).meta({ id: 'Payment' })

const Product = z
  .object({
    id: z.uuid(),
    name: z.string(),
    price: Money,
    category: Category,
    tags: z.array(z.string()).readonly(),
    addedAt: z.iso.datetime(),
    photo: z.url().nullable(),
  })
  .meta({ id: 'Product' })

const Item = z.strictObject({ productId: z.uuid(), quantity: z.int().positive().default(1) }).meta({ id: 'Item' })
const Order = z
  .object({ id: z.uuid(), items: z.array(Item).min(1), payment: Payment, placedAt: z.date(), note: z.string().optional() })
  .meta({ id: 'Order' })

const shop = group({ auth: session, use: { limit: rateLimit({ by: session.key((auth) => auth.claims.sub), limit: '60/min' }) } })
const back = group({ prefix: '/staff', auth: staff, tags: ['staff'] })

/** A gateway that uses most of what a document can say. */
export const shopGateway = defineGateway({
  info: {
    title: 'Shop API',
    version: '1.4.0',
    description: 'Products and orders of the shop.',
    contact: { name: 'Shop team', email: 'api@shop.example.org' },
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: 'https://api.shop.test/', description: 'Production' }],
  tags: { orders: 'What customers buy.', products: 'What the shop sells.', unused: 'Nothing.' },
  use: {
    cors: cors({ origins: ['https://shop.example.org'] }),
    flood: rateLimit({ by: ip, limit: '50/s', onStoreFailure: 'closed' }),
  },
  routes: {
    products: {
      list: route({
        method: 'GET',
        path: '/products',
        upstream: catalogue,
        description: 'Lists products, the newest first.',
        query: z.object({
          limit: z.coerce.number().int().min(1).max(100).default(20).describe('How many to return.'),
          tag: z.array(z.string()).optional(),
          order: z.enum(['price', 'name']),
        }),
        responses: { 200: z.object({ items: z.array(Product), next: z.string().nullable() }) },
      }),
      get: route({
        method: 'GET',
        path: '/products/{id}',
        upstream: catalogue,
        summary: 'One product',
        params: z.object({ id: z.uuid() }),
        use: { stamp: headers({ response: { set: { 'x-served-by': 'shop' } } }) },
        responses: { 200: Product, 404: 'problem' },
      }),
      photo: route({ method: 'GET', path: '/products/{productId}/photo', upstream: catalogue, responses: { 200: 'binary', 307: 'empty' } }),
    },
    orders: {
      place: shop.route({
        method: 'POST',
        path: '/orders',
        upstream: sales,
        body: z.object({ items: z.array(Item).min(1), payment: Payment }),
        responses: { 201: Order, 409: z.object({ soldOut: z.array(z.uuid()) }) },
      }),
      get: shop.route({
        method: 'GET',
        path: '/orders/{number:[0-9]+}',
        upstream: sales,
        responses: { 200: Order, 404: 'problem' },
      }),
      cancel: shop.route({
        method: 'DELETE',
        path: '/orders/{id}',
        upstream: sales,
        deprecated: true,
        responses: { 204: 'empty', 404: 'problem' },
      }),
    },
    staff: {
      replaceProduct: back.route({
        method: 'PUT',
        path: '/products/{id}',
        upstream: catalogue,
        internal: true,
        body: Product,
        responses: { 200: Product },
      }),
    },
  },
})
