import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError } from '../../sdk/index.js'
import type { Metrics } from '../observe/metrics.js'
import type { AdminReply } from './admin-reply.js'
import type { AdminSources } from './admin-sources.js'
import { answerBreakers } from './answer-breakers.js'
import { answerMirrors } from './answer-mirrors.js'
import { answerPurge } from './answer-purge.js'
import { answerRevocation } from './answer-revocation.js'
import { answerRollouts } from './answer-rollouts.js'
import { answerUpstreams } from './answer-upstreams.js'

/** The listener for operators. */
export interface AdminServer {
  listen(host: string, port: number): Promise<AddressInfo>
  close(): Promise<void>
}

/** Whether traffic should come here. */
export type Readiness = 'ready' | 'not ready' | 'degraded'

/** What the admin listener shows and does. */
export interface AdminActions extends Omit<AdminSources, 'observe'> {
  readiness(): Readiness
  revoke(given: unknown): Promise<void>
}

/**
 * Serves `/healthz` (alive), `/readyz` (takes traffic), `/metrics` (Prometheus), `POST /cache/purge`, `POST /revocations`, `GET /breakers`, `POST /breakers/{upstream}`,
 * `GET /rollouts`, `POST /rollouts/{name}`, `GET /mirrors` and `GET /upstreams`, and nothing else.
 */
export function createAdminServer(metrics: Metrics, actions: AdminActions): AdminServer {
  const { readiness, purge, revoke, breakers, rollouts, mirrors, pools } = actions
  const answers: Readonly<Record<string, (req: IncomingMessage) => AdminReply | Promise<AdminReply>>> = {
    '/healthz': () => ({ status: 200, body: 'ok\n' }),
    '/readyz': () => ({ status: readiness() === 'ready' ? 200 : 503, body: `${readiness()}\n` }),
    '/metrics': async () => {
      const { contentType, text: body } = await metrics.scrape()
      return { status: 200, type: contentType, body }
    },
    '/cache/purge': (req) => answerPurge(req, purge),
    '/revocations': (req) => answerRevocation(req, revoke),
    '/breakers': (req) => answerBreakers(req, undefined, breakers),
    '/rollouts': (req) => answerRollouts(req, undefined, rollouts),
    '/mirrors': (req) => answerMirrors(req, mirrors),
    '/upstreams': (req) => answerUpstreams(req, pools()),
  }
  const nothing: AdminReply = { status: 404, body: `The admin listener serves ${Object.keys(answers).join(', ')}.\n` }
  const respond = async (req: IncomingMessage) => {
    const path = (req.url ?? '/').split('?', 1)[0] as string
    const [, what, name] = /^\/(breakers|rollouts)\/([\w.-]+)$/.exec(path) ?? []
    if (what === 'breakers') return answerBreakers(req, name, breakers)
    if (what === 'rollouts') return answerRollouts(req, name, rollouts)
    return Object.hasOwn(answers, path) ? answers[path]?.(req) : nothing
  }
  const server: Server = createServer({ maxHeaderSize: 8_192, headersTimeout: 5_000, requestTimeout: 10_000 }, (req, res) => {
    respond(req).then(
      ({ status, type = 'text/plain; charset=utf-8', body } = nothing) =>
        res
          .writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' })
          .end(req.method === 'HEAD' ? undefined : body),
      () => (res.headersSent ? res.destroy() : res.writeHead(500).end()),
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
