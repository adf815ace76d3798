import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Duration, defineGateway, route, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { z } from 'zod'

/**
 * A gateway in a process of its own, in front of the upstream at the address in argv, with the timeout after it: `/direct`, `/buffered` and `/hapi`.
 * Tells its parent where it is, and how it fares on any message; on `reload` after it has loaded its config anew.
 */
const [target, patience] = process.argv.slice(2) as [string, Duration]
const failures: string[] = []
for (const event of ['uncaughtException', 'unhandledRejection', 'warning'])
  process.on(event, (error: Error) => failures.push(`${event}: ${error.stack}`))

const to = upstream('upstream', { targets: [target], connections: 64, timeouts: { headers: patience, idle: patience } })
const asIs = (body: unknown) => body
const common = { method: '*', upstream: to, bodyLimit: '2gb' } as const
const config = defineGateway({
  info: { title: 'Faults', version: '1.0.0' },
  // On a machine in use the event loop may be late: what is refused then would look lost.
  server: { overload: false, limits: { connectionsPerIp: 2_000 }, timeouts: { headers: '2s' }, bodyRate: { over: '2s' } },
  routes: {
    direct: route({ ...common, path: '/direct/{rest*}', stripPrefix: '/direct' }),
    hapi: route({ ...common, path: '/hapi/{rest*}', stripPrefix: '/hapi', lifecycle: 'hapi' }),
    buffered: route({
      ...common,
      path: '/buffered/{rest*}',
      stripPrefix: '/buffered',
      responses: { 200: z.unknown() },
      mapResponse: { 200: asIs },
    }),
  },
})
const gateway = testGateway(config)
await gateway.start()
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()
process.on('message', async (message) => {
  if (message === 'reload') await gateway.reload(config)
  globalThis.gc?.()
  process.send?.({
    failures,
    delayP99: delay.percentile(99) / 1e6 - 10,
    heapMiB: process.memoryUsage().heapUsed / 1_048_576,
    resources: process.getActiveResourcesInfo().length,
  })
})
process.on('disconnect', () => process.exit())
process.send?.({ url: gateway.url, adminUrl: gateway.adminUrl })
