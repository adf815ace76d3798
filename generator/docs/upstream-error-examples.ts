import { defineGateway, type IssueCode, rollout, route, upstream } from '../../sdk/index.js'

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
  GW1350: () => {
    const slow = upstream('slow', { targets: ['http://127.0.0.1:4001'], retry: { perTry: '5s' }, timeouts: { total: '10s' } })
    return defineGateway({ info, routes: { orders: route({ method: 'GET', path: '/orders', upstream: slow }) } })
  },
  GW1351: () =>
    defineGateway({
      info,
      routes: {
        orders: route({
          method: 'POST',
          path: '/orders',
          upstream: shop,
          // @ts-expect-error The compiler refuses it too.
          retry: { nonIdempotent: true },
        }),
      },
    }),
  GW1352: () =>
    defineGateway({
      info,
      routes: { orders: route({ method: 'POST', path: '/orders', upstream: shop, retry: { attempts: 1 } }) },
    }),
}
