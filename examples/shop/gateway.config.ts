import { anyOf, apiKey, cors, defineGateway, group, headers, ip, jwt, rateLimit, route } from 'gatewright'
import { z } from 'zod'
import { ports } from './ports.js'
import { Account, AccountChange, NewOrder, Order, OrderList, Product, ProductPage, ProductSearch, Sku, StockFeed } from './schemas.js'
import { toAccount, toOrder, toProblem } from './translate.js'
import { CustomerError, CustomerPatch, CustomerReply, IncomingOrder, StockLevels, StoredOrder } from './upstream-schemas.js'
import { accounts, catalog, orders } from './upstreams.js'

const session = jwt({
  issuer: `http://127.0.0.1:${ports.issuer}/`,
  audience: 'shop',
  algorithms: ['RS256'],
  clockTolerance: '1s',
  claims: z.object({ sub: z.string(), plan: z.enum(['free', 'pro']) }),
})

const partner = apiKey({
  prefix: 'shop',
  keys: [
    {
      id: 'warehouse-2026',
      consumer: 'warehouse',
      // The demo key itself is in the README; a real one is shown once and only its hash is kept.
      hash: 'sha256:1c46db27c8b06446bbba0d1cba064082f9ac06bef948f64c36a1e1cfebf480af',
      metadata: { region: 'north' },
    },
  ],
  metadata: z.object({ region: z.string() }),
})

const perPlan = rateLimit({
  name: 'per-customer',
  by: session.key((auth) => auth.claims.sub),
  plan: session.key((auth) => auth.claims.plan),
  limits: { free: '20/min', pro: '300/min' },
})

// The services learn who is calling from the verified token.
const identity = headers({ request: { set: { 'x-customer-id': session.key((auth) => auth.claims.sub) } } })

const customerOrders = group({ prefix: '/orders', auth: session, use: { limit: perPlan, identity }, tags: ['orders'] })
const customerAccount = group({ prefix: '/account', auth: session, use: { limit: perPlan, identity }, tags: ['account'] })

export default defineGateway({
  info: { title: 'Shop API', version: '1.0.0', description: 'Coffee, tea and what it takes to make them.' },
  servers: [{ url: `http://127.0.0.1:${ports.gateway}` }],
  tags: { catalog: 'Products and their pictures.', stock: 'What is on the shelf.', orders: 'Your orders.', account: 'Your account.' },
  server: { host: '127.0.0.1', port: ports.gateway, preStop: '0s', drain: '5s' },
  admin: { port: ports.admin },
  use: {
    cors: cors({ origins: ['http://localhost:5173', 'https://shop.example.org'], credentials: true }),
    flood: rateLimit({ by: ip, limit: '200/s' }),
    hygiene: headers({
      response: { set: { 'x-content-type-options': 'nosniff' }, remove: ['x-powered-by', 'x-legacy-node'] },
    }),
  },
  routes: {
    catalog: {
      /** Searches the catalog, page by page. */
      list: route({
        method: 'GET',
        path: '/products',
        upstream: catalog,
        query: ProductSearch,
        responses: { 200: ProductPage },
      }),
      /** Returns one product. */
      get: route({
        method: 'GET',
        path: '/products/{sku}',
        upstream: catalog,
        params: z.object({ sku: Sku }),
        responses: { 200: Product, 404: 'problem' },
      }),
      /** Returns a product's picture, a PNG. */
      image: route({
        method: 'GET',
        path: '/products/{sku}/image',
        upstream: catalog,
        params: z.object({ sku: Sku }),
        responses: { 200: 'binary', 404: 'problem' },
      }),
    },
    stock: {
      /** Tells what is available; partners also learn how many. */
      feed: route({
        method: 'GET',
        path: '/stock',
        upstream: orders,
        auth: anyOf(session, partner),
        responses: { 200: StockFeed },
        upstreamResponses: { 200: StockLevels },
        mapResponse: {
          200: ({ items }, { auth }) => ({
            items: items.map(({ sku, onHand }) => ({ sku, available: onHand > 0, ...(auth.kind === 'apiKey' && { onHand }) })),
          }),
        },
      }),
    },
    orders: {
      /** Places an order for the customer of the token. */
      place: customerOrders.route({
        method: 'POST',
        path: '',
        upstream: orders,
        body: NewOrder,
        bodyLimit: '32kb',
        upstreamBody: IncomingOrder,
        mapRequest: ({ items, shipTo }, { auth }) => ({
          customer: auth.claims.sub,
          lines: items,
          shipTo,
          priority: auth.claims.plan === 'pro',
        }),
        responses: { 201: Order, 409: 'problem', 422: 'problem' },
        upstreamResponses: { 201: StoredOrder },
        mapResponse: { 201: toOrder },
      }),
      /** Lists your orders, oldest first. */
      list: customerOrders.route({
        method: 'GET',
        path: '',
        upstream: orders,
        responses: { 200: OrderList },
        upstreamResponses: { 200: z.object({ items: z.array(StoredOrder) }) },
        mapResponse: { 200: ({ items }) => ({ items: items.map(toOrder) }) },
      }),
      /** Returns one of your orders. */
      get: customerOrders.route({
        method: 'GET',
        path: '/{id}',
        upstream: orders,
        params: z.object({ id: z.uuid() }),
        responses: { 200: Order, 404: 'problem' },
        upstreamResponses: { 200: StoredOrder },
        mapResponse: { 200: toOrder },
      }),
    },
    account: {
      /** Returns your account. */
      get: customerAccount.route({
        method: 'GET',
        path: '',
        upstream: accounts,
        upstreamPath: '/custsys/cust',
        responses: { 200: Account, 404: 'problem' },
        upstreamResponses: { 200: CustomerReply, 404: CustomerError },
        mapResponse: { 200: toAccount, 404: toProblem(404, 'No account') },
      }),
      /** Changes your name or email address. */
      update: customerAccount.route({
        method: 'PATCH',
        path: '',
        upstream: accounts,
        upstreamPath: '/custsys/cust',
        body: AccountChange,
        upstreamBody: CustomerPatch,
        mapRequest: ({ name, email }) => ({ ...(name && { FULL_NAME: name }), ...(email && { E_MAIL: email }) }),
        responses: { 200: Account, 404: 'problem', 409: 'problem' },
        upstreamResponses: { 200: CustomerReply, 404: CustomerError, 409: CustomerError },
        mapResponse: { 200: toAccount, 404: toProblem(404, 'No account'), 409: toProblem(409, 'Account locked') },
      }),
    },
  },
})
