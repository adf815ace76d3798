import { defineGateway, route, upstream } from 'gatewright'

const search = upstream('search', {
  targets: ['http://10.0.0.1:4001', { url: 'http://10.0.0.2:4001', weight: 2 }],
  balance: 'least-request',
  health: { path: '/healthz', interval: '5s', timeout: '1s', rise: 2, fall: 3 },
  timeouts: { connect: '500ms', headers: '5s', total: '20s' },
  connections: 128,
})

export default defineGateway({
  info: { title: 'Search API', version: '1.0.0' },
  routes: { search: route({ method: 'GET', path: '/search', upstream: search }) },
})
