// Run by the pool tests: opens a pool, uses it, closes it and must then end by itself.
import { pino } from 'pino'
import { systemClock } from '../../runtime/clock.js'
import { createUpstreamPool } from '../../runtime/upstreams/create-upstream-pool.js'
import { upstreamSchema } from '../../sdk/upstream.js'

const [url] = process.argv.slice(2) as [string]
const settings = upstreamSchema.parse({ targets: [url, 'http://127.0.0.1:9'], health: { path: '/healthz', interval: '20ms' } })
const pool = createUpstreamPool({ name: 'users', settings }, { log: pino({ level: 'silent' }), count: () => {}, clock: systemClock })
await pool.warm()
const { dispatcher } = pool.targets[0] as (typeof pool.targets)[0]
const { statusCode, body } = await dispatcher.request({ origin: url, path: '/', method: 'GET' })
await body.dump()
await pool.close()
console.log(`closed after ${statusCode}`)
