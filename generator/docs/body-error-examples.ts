import { z } from 'zod'
import { defineGateway, type IssueCode, route, upstream } from '../../sdk/index.js'

const info = { title: 'Shop API', version: '1.0.0' }
const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })

/** What leads to each config error about bodies and transforms; see `CONFIG_ERROR_EXAMPLES`. */
export const BODY_ERROR_EXAMPLES: Partial<Record<IssueCode, () => unknown>> = {
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
  GW1404: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, headers: z.object({ 'X-Tenant': z.string() }) }) },
    }),
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
  GW1407: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: shop, convert: { response: 'xml' } }) },
    }),
}
