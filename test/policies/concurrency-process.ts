import { concurrency, defineGateway, route, upstream } from 'gatewright'
import { createGateway } from 'gatewright/runtime'
import { pino } from 'pino'

const [target = '', redis = ''] = process.argv.slice(2)
const to = upstream('up', { targets: [target] })
const use = { slots: concurrency({ limit: 2, onStoreFailure: 'closed' }) }
const routes = { any: route({ method: '*', path: '/{path*}', upstream: to, use }) }
const config = defineGateway({
  info: { title: 'One of several', version: '1.0.0' },
  redis: { url: redis },
  routes,
  server: { overload: false },
})
const gateway = createGateway(config, { host: '127.0.0.1', port: 0, adminPort: 0, log: pino({ level: 'silent' }) })
await gateway.start()
console.log(`listening at ${gateway.url} and ready`)
