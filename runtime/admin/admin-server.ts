import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError } from '../../sdk/index.js'
import type { Metrics } from '../observe/metrics.js'
import { revokeRoute } from './revoke-route.js'

/** The listener for operators. */
export interface AdminServer {
  listen(host: string, port: number): Promise<AddressInfo>
  close(): Promise<void>
}

/** Whether traffic should come here. */
export type Readiness = 'ready' | 'not ready' | 'degraded'

/** What the admin listener asks of the gateway. */
export interface AdminParts {
  readonly metrics: Metrics
  readonly readiness: () => Readiness
  readonly revoke: (given: unknown) => Promise<void>
}

/** Serves `/healthz` (alive), `/readyz` (takes traffic), `/metrics` (Prometheus) and `POST /revocations`, and nothing else. */
export function createAdminServer({ metrics, readiness, revoke }: AdminParts): AdminServer {
  const text = (status: number, body: string) => ({ status, type: 'text/plain; charset=utf-8', body })
  const respond = async (path: string, req: IncomingMessage) => {
    if (path === '/healthz') return text(200, 'ok\n')
    if (path === '/readyz') return text(readiness() === 'ready' ? 200 : 503, `${readiness()}\n`)
    if (path === '/metrics') {
      const { contentType, text: body } = await metrics.scrape()
      return { status: 200, type: contentType, body }
    }
    if (path === '/revocations') {
      const { status, message } = await revokeRoute(req, revoke)
      return text(status, message === '' ? '' : `${message}\n`)
    }
    return text(404, 'The admin listener serves /healthz, /readyz, /metrics and /revocations.\n')
  }
  const server: Server = createServer({ maxHeaderSize: 8_192, headersTimeout: 5_000, requestTimeout: 10_000 }, (req, res) => {
    respond((req.url ?? '/').split('?', 1)[0] as string, req).then(
      ({ status, type, body }) =>
        res
          .writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' })
          .end(req.method === 'HEAD' ? undefined : body),
      () => res.writeHead(500).end(),
    )
  })
  return {
    listen: (host, port) => listen(server, host, port, 'admin'),
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Listens, or says clearly why it cannot. */
export async function listen(server: Server, host: string, port: number, what: 'server' | 'admin'): Promise<AddressInfo> {
  try {
    const listening = once(server, 'listening')
    server.listen(port, host)
    await listening
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const reason =
      code === 'EADDRINUSE'
        ? `${host}:${port} is already in use`
        : code === 'EACCES'
          ? `no permission to listen on ${host}:${port}`
          : `cannot listen on ${host}:${port}: ${code}`
    throw new ConfigError([
      {
        code: 'GW1905',
        path: [what, 'port'],
        message: reason,
        hint: `choose another port with ${what === 'admin' ? '--admin-port' : '--port'}, or stop what uses it`,
      },
    ])
  }
  return server.address() as AddressInfo
}
