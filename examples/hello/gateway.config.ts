import { defineGateway, route, upstream } from 'gatewright'

const greeter = upstream('greeter', { targets: [process.env['GREETER_URL'] ?? 'http://127.0.0.1:4000'] })

export default defineGateway({
  info: { title: 'Hello', version: '1.0.0' },
  routes: {
    /** Says hello. */
    hello: route({ method: 'GET', path: '/hello/{name}', upstream: greeter }),
  },
})
