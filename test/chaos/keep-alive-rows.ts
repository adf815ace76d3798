import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { defineGateway, route, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import type { ChaosTable } from './chaos-row.js'

const KEPT_MS = 5_000
const APART_MS = 4_900
/** Sent at once, each over a connection of its own to the upstream. */
const CLIENTS = 1_000
const ROUNDS = 10

async function postTo(url: string, times: number[]): Promise<number> {
  const startedAt = performance.now()
  try {
    const response = await fetch(url, { method: 'POST', body: 'x' })
    await response.arrayBuffer()
    times.push(performance.now() - startedAt)
    return response.status
  } catch {
    return 0
  }
}

/** Requests that come just before the upstream closes the connections that it kept (C-20). */
export const keptConnections: ChaosTable = {
  title: 'Just before kept connections are closed',
  about: `An upstream closes connections that were idle for ${KEPT_MS / 1_000} s. ${CLIENTS} POST requests at a time, none of which may be sent twice, come every ${APART_MS / 1_000} s.`,
  async *rows({ wants }) {
    if (!wants('kept connections end', 'defaults')) return
    const server = createServer((req, res) => void req.resume().on('end', () => res.end('ok')))
    server.keepAliveTimeout = KEPT_MS
    ;(server as { keepAliveTimeoutBuffer?: number }).keepAliveTimeoutBuffer = 0
    server.listen(0, '127.0.0.1', 2_048)
    await once(server, 'listening')
    const up = upstream('up', {
      targets: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`],
      connections: CLIENTS,
      timeouts: { total: '30s' },
    })
    const gateway = testGateway(
      defineGateway({
        info: { title: 'Chaos', version: '1.0.0' },
        server: { overload: false, limits: { connectionsPerIp: 2 * CLIENTS } },
        routes: { any: route({ method: 'POST', path: '/', upstream: up }) },
      }),
    )
    await gateway.start()
    try {
      const [times, statuses]: [number[], Map<number, number>] = [[], new Map()]
      for (let round = 0; round < ROUNDS; round++) {
        const [answers] = await Promise.all([
          Promise.all(Array.from({ length: CLIENTS }, () => postTo(gateway.url, times))),
          wait(APART_MS),
        ])
        for (const status of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
      const requests = CLIENTS * ROUNDS
      times.sort((one, other) => one - other)
      const at = (share: number) => times[Math.floor(times.length * share)] ?? 0
      const result = { requests, failed: requests - (statuses.get(200) ?? 0), statuses, p50: at(0.5), p99: at(0.99) }
      yield { fault: 'kept connections end', mechanism: 'defaults', result, figures: { 502: statuses.get(502) ?? 0 } }
    } finally {
      await gateway.stop({ now: true })
      server.closeAllConnections()
      server.close()
    }
  },
}
