import { upstream } from 'gatewright'
import { ports } from './ports.js'

const local = (port: number) => `http://127.0.0.1:${port}`

/** Two instances of the same catalog: either can be stopped while people browse. */
export const catalog = upstream('catalog', {
  targets: [local(ports.catalog1), local(ports.catalog2)],
  balance: 'round-robin',
  health: { path: '/healthz', interval: '1s', rise: 2 },
  timeouts: { headers: '3s', total: '5s' },
})

export const orders = upstream('orders', {
  targets: [local(ports.orders)],
  health: { path: '/healthz', interval: '2s' },
  timeouts: { headers: '5s' },
})

/** The customer system from the nineties; the public API does not show its age. */
export const accounts = upstream('accounts', {
  targets: [local(ports.accounts)],
  health: { path: '/healthz', interval: '2s' },
  timeouts: { headers: '5s' },
})
