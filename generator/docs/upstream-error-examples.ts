import { defineGateway, type IssueCode, ip, rollout, route, upstream } from '../../sdk/index.js'

const info = { title: 'Shop API', version: '1.0.0' }
const shop = upstream('shop', { targets: ['http://127.0.0.1:4001'] })
const next = upstream('shop-next', { targets: ['http://127.0.0.1:4002'] })

/** One config for each issue that is about where requests go, as {@link CONFIG_ERROR_EXAMPLES} has them for the others. */
export const UPSTREAM_ERROR_EXAMPLES: Partial<Record<IssueCode, () => unknown>> = {
  GW1170: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'GET', path: '/orders', upstream: rollout({ blue: shop, green: shop, active: 'blue' }) }) },
    }),
  GW1171: () =>
    defineGateway({
      info,
      routes: {
        orders: route({ method: 'GET', path: '/orders', upstream: rollout({ blue: shop, green: next, active: 'blue' }) }),
        stock: route({ method: 'GET', path: '/stock', upstream: rollout({ blue: shop, green: next, active: 'green' }) }),
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
}
