import { z } from 'zod'
import { apiKey, cache, defineGateway, env, type IssueCode, ip, rateLimit, route, upstream, versions } from '../../sdk/index.js'

const info = { title: 'Shop API', version: '1.0.0' }
const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

/**
 * What leads to each config error: the body of each function is printed on the code's page, and run to print the
 * error beside it. Codes that need files or documents on disk have none.
 */
export const CONFIG_ERROR_EXAMPLES: Partial<Record<IssueCode, () => unknown>> = {
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
  GW1401: () =>
    defineGateway({
      info,
      routes: {
        orders: route({
          method: 'GET',
          path: '/orders',
          upstream: shop,
          responses: { 200: 'empty' },
          // @ts-expect-error The compiler refuses it too.
          mapResponse: { 404: () => ({ orders: [] }) },
        }),
      },
    }),
  GW1402: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, mapRequest: () => ({ page: 1 }) }) },
    }),
  GW1403: () => defineGateway({ info, routes: { feed: route({ method: 'POST', path: '/feed', upstream: shop, websocket: true }) } }),
  GW1405: () =>
    defineGateway({
      info,
      routes: {
        photos: route({ method: 'POST', path: '/photos', upstream: shop, body: z.object({ photo: z.file() }), accepts: ['json'] }),
      },
    }),
  GW1406: () =>
    defineGateway({
      info,
      routes: {
        keys: route({
          method: 'GET',
          path: '/keys',
          upstream: shop,
          responses: { 200: z.object({ key: z.uuid().meta({ secret: true }) }) },
          redactSecrets: true,
        }),
      },
    }),
  GW1404: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, headers: z.object({ 'X-Tenant': z.string() }) }) },
    }),
}
