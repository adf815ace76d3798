import { defineGateway, group, route, upstream } from 'gatewright'
import { z } from 'zod'

const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })
const files = upstream('files', { targets: ['http://127.0.0.1:4002'] })

const Product = z.object({ id: z.uuid(), name: z.string(), price: z.number() }).meta({ id: 'Product' })

const products = group({ prefix: '/products', tags: ['Products'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0' },
  routes: {
    products: {
      /** Returns one product. */
      get: products.route({
        method: 'GET',
        path: '/{id}',
        upstream: shop,
        params: z.object({ id: z.uuid() }),
        responses: { 200: Product, 404: 'problem' },
        upstreamResponses: { 200: z.object({ title: z.string(), cents: z.int() }) },
        mapResponse: { 200: (body, ctx) => ({ id: ctx.params.id, name: body.title, price: body.cents / 100 }) },
      }),
      /** Adds a product. */
      create: products.route({
        method: 'POST',
        path: '/',
        upstream: shop,
        upstreamPath: '/catalogue',
        body: Product.omit({ id: true }),
        bodyLimit: '64kb',
        responses: { 201: 'empty' },
        timeouts: { total: '5s' },
      }),
    },
    /** Adds a photo of a product: a multipart form. */
    photo: route({
      method: 'POST',
      path: '/photos',
      upstream: shop,
      body: z.object({ product: z.uuid(), photo: z.file().mime(['image/png', 'image/jpeg']) }),
      bodyLimit: '4mb',
      responses: { 201: 'empty' },
    }),
    /** Takes a sign-up from a page's form, or as JSON. */
    signUp: route({
      method: 'POST',
      path: '/sign-ups',
      upstream: shop,
      body: z.object({ email: z.email(), age: z.coerce.number<string | number>().int() }),
      accepts: ['json', 'form'],
      responses: { 204: 'empty' },
    }),
    /** Returns an account as support staff see it. */
    account: route({
      method: 'GET',
      path: '/accounts/{id}',
      upstream: shop,
      responses: {
        200: z.object({ id: z.string(), iban: z.string().meta({ secret: true }), pin: z.string().meta({ secret: true }).optional() }),
      },
      redactSecrets: true,
    }),
    /** Lists the orders of one tenant; none is an answer, not an error. */
    orders: route({
      method: 'GET',
      path: '/orders',
      upstream: shop,
      query: z.object({ page: z.coerce.number<string>().int().min(1).default(1) }),
      strictQuery: true,
      headers: z.object({ 'x-tenant': z.string().min(1) }),
      cookies: z.object({ theme: z.enum(['dark', 'light']).optional() }),
      responses: { 200: z.array(z.object({ id: z.uuid() })), 204: 'empty' },
      mapStatus: { 404: 204 },
      validateResponse: { mode: 'warn', sample: 0.1 },
    }),
    /** Tells of changes as they happen. */
    changes: route({
      method: 'GET',
      path: '/changes',
      upstream: shop,
      websocket: { maxPerConsumer: 5, origins: ['https://shop.example.org'] },
    }),
    files: route({ method: '*', path: '/files/{path*}', upstream: files, stripPrefix: '/files', bodyLimit: '64mb' }),
  },
})
