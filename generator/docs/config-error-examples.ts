import { z } from 'zod'
import {
  allOf,
  apiKey,
  cache,
  call,
  compose,
  defineGateway,
  derive,
  env,
  type IssueCode,
  ip,
  mirror,
  rateLimit,
  route,
  upstream,
  versions,
} from '../../sdk/index.js'
import { BODY_ERROR_EXAMPLES } from './body-error-examples.js'
import { UPSTREAM_ERROR_EXAMPLES } from './upstream-error-examples.js'

const info = { title: 'Shop API', version: '1.0.0' }
const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

/**
 * What leads to each config error: the body of each function is printed on the code's page, and run to print the
 * error beside it. Codes that need files or documents on disk have none.
 */
export const CONFIG_ERROR_EXAMPLES: Partial<Record<IssueCode, () => unknown>> = {
  ...UPSTREAM_ERROR_EXAMPLES,
  GW1001: () => ({ info, routes: {} }),
  GW1002: () =>
    defineGateway({
      info,
      server: { port: 80_800 },
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop }) },
    }),
  GW1003: () =>
    defineGateway({
      info,
      // @ts-expect-error The compiler refuses it too.
      server: { prot: 8080 },
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop }) },
    }),
  GW1004: () =>
    defineGateway({
      info,
      redis: { url: env('REDIS_URL_THAT_IS_NOT_SET') },
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop }) },
    }),
  GW1101: () =>
    defineGateway({
      info,
      // @ts-expect-error The compiler refuses it too.
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: 'shop' }) },
    }),
  GW1102: () =>
    defineGateway({
      info,
      routes: {
        orders: route({ method: 'GET', path: '/orders', upstream: upstream('shop', { targets: ['http://127.0.0.1:4001'] }) }),
        stock: route({ method: 'GET', path: '/stock', upstream: upstream('shop', { targets: ['http://127.0.0.1:4002'] }) }),
      },
    }),
  GW1201: () => defineGateway({ info, routes: { orders: route({ method: 'GET', path: '/orders/{id}.json', upstream: shop }) } }),
  GW1202: () => defineGateway({ info, routes: { order: route({ method: 'GET', path: '/orders/{id:[0-9}', upstream: shop }) } }),
  GW1203: () =>
    defineGateway({
      info,
      routes: { order: route({ method: 'GET', path: '/orders/{id}', upstreamPath: '/v2/orders/{order}', upstream: shop }) },
    }),
  GW1204: () =>
    defineGateway({
      info,
      routes: {
        orders: route({ method: 'GET', path: '/orders', upstream: shop }),
        list: route({ method: 'GET', path: '/orders', upstream: shop }),
      },
    }),
  GW1205: () =>
    defineGateway({
      info,
      routes: {
        byId: route({ method: 'GET', path: '/orders/{id}', upstream: shop }),
        byNumber: route({ method: 'GET', path: '/orders/{number}', upstream: shop }),
      },
    }),
  GW1206: () => defineGateway({ info, routes: { 'list-orders': route({ method: 'GET', path: '/orders', upstream: shop }) } }),
  GW1207: () =>
    defineGateway({
      info,
      // @ts-expect-error The compiler refuses it too.
      routes: { orders: { method: 'GET', path: '/orders' } },
    }),
  GW1270: () => {
    const api = versions({ header: 'x-api-version', known: ['1', '2'] })
    return defineGateway({
      info,
      routes: {
        // @ts-expect-error The compiler refuses it too.
        orders: route({ method: 'GET', path: '/orders', upstream: shop, version: api('3') }),
      },
    })
  },
  GW1301: () =>
    defineGateway({
      info,
      // @ts-expect-error The compiler refuses it too.
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, use: { limit: '60/min' } }) },
    }),
  GW1302: () =>
    defineGateway({
      info,
      routes: {
        orders: route({
          method: 'GET',
          path: '/orders',
          upstream: shop,
          // @ts-expect-error The compiler refuses it too.
          auth: rateLimit({ by: ip, limit: '60/min' }),
        }),
      },
    }),
  GW1303: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, use: { auth: rateLimit({ by: ip, limit: '60/min' }) } }) },
    }),
  GW1304: () =>
    defineGateway({
      info,
      use: { limit: rateLimit({ by: ip, limit: '50/s' }) },
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, use: { limit: rateLimit({ by: ip, limit: '60/min' }) } }) },
    }),
  GW1305: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, auth: apiKey({ store: { redis: true } }) }) },
    }),
  GW1306: () => {
    const first = apiKey({ prefix: 'one', store: { file: 'first.json' } })
    const second = apiKey({ prefix: 'two', store: { file: 'second.json' } })
    return defineGateway({ info, routes: { a: route({ method: 'GET', path: '/', upstream: shop, auth: allOf({ first, second }) }) } })
  },
  GW1310: () =>
    defineGateway({
      info,
      routes: {
        orders: route({
          method: 'GET',
          path: '/orders',
          upstream: shop,
          auth: apiKey({ keys: [] }),
          // @ts-expect-error The compiler refuses it too.
          use: { cache: cache({ ttl: '1m' }) },
        }),
      },
    }),
  GW1361: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, use: { copies: mirror({ to: shop }) } }) },
    }),
  GW1360: () =>
    defineGateway({
      info,
      routes: {
        orders: route({
          method: 'GET',
          path: '/orders',
          upstream: shop,
          responses: { 200: z.object({ orders: z.array(z.string()) }) },
          // @ts-expect-error The compiler refuses it too.
          fallback: { reply: { status: 200, body: {} } },
        }),
      },
    }),
  GW1320: () =>
    defineGateway({
      info,
      routes: {
        orders: route({
          method: 'GET',
          path: '/orders',
          upstream: upstream('orders', { targets: ['http://127.0.0.1:4001', 'http://127.0.0.1:4002'], balance: 'consistent-hash' }),
        }),
      },
    }),
  GW1321: () => defineGateway({ info, routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, affinity: ip }) } }),
  GW1322: () =>
    defineGateway({
      info,
      routes: {
        orders: route({
          method: 'GET',
          path: '/orders',
          upstream: upstream('orders', { targets: ['http://127.0.0.1:4001'], sticky: { cookie: 'gw_affinity' } }),
        }),
        stock: route({
          method: 'GET',
          path: '/stock',
          upstream: upstream('stock', { targets: ['http://127.0.0.1:4002'], sticky: { cookie: 'gw_affinity' } }),
        }),
      },
    }),
  GW1380: () =>
    defineGateway({
      info,
      routes: {
        home: route({
          method: 'GET',
          path: '/home',
          // @ts-expect-error The compiler refuses it too.
          compose: compose({ order: call(shop, { path: '/orders/{id}', response: z.object({ id: z.string() }) }) }),
        }),
      },
    }),
  GW1381: () =>
    defineGateway({
      info,
      routes: {
        home: route({
          method: 'GET',
          path: '/home',
          compose: compose({
            page: call(shop, { path: '/page', response: z.object({ size: z.int().max(100) }), fallback: { size: 500 } }),
          }),
        }),
      },
    }),
  GW1382: () => {
    const orders = call(shop, { path: '/orders', response: z.array(z.string()) })
    return defineGateway({
      info,
      routes: {
        home: route({ method: 'GET', path: '/home', compose: compose({ count: derive({ orders }, (from) => from.orders.length) }) }),
      },
    })
  },
  ...BODY_ERROR_EXAMPLES,
}
