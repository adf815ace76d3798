import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import test from 'ava'
import { route, upstream } from 'gatewright'
import { LANES, startGateway } from '../helpers/start-gateway.js'

for (const lifecycle of LANES)
  test(`${lifecycle}: C-20: no request meets the end of a kept-alive connection, however close to it they come`, async (t) => {
    const server = createServer((req, res) => void req.resume().on('end', () => res.end('ok')))
    // It announces two seconds, and keeps to it at once.
    server.keepAliveTimeout = 2_000
    ;(server as { keepAliveTimeoutBuffer?: number }).keepAliveTimeoutBuffer = 0
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
    })
    const up = upstream('up', { targets: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`] })
    const gateway = await startGateway(t, { any: route({ method: '*', path: '/{path*}', upstream: up, lifecycle }) })
    // POST, since nothing of it is repeated.
    const post = async () => {
      const response = await fetch(gateway.url, { method: 'POST', body: 'x' })
      await response.arrayBuffer()
      return response.status
    }
    for (const spacing of [1_950, 1_980, 1_995, 0]) {
      const statuses = await Promise.all(Array.from({ length: 100 }, post))
      t.deepEqual(new Set(statuses), new Set([200]))
      await wait(spacing)
    }
  })
