import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { type GatewayOptions, type MirrorOptions, mirror, type RouteTree, type Upstream, upstream } from 'gatewright'
import type { RunningGateway } from 'gatewright/runtime'
import type { MirrorReport } from '../../runtime/mirror/mirror-board.js'
import { recordLog } from '../helpers/record-log.js'
import { startGateway } from '../helpers/start-gateway.js'

/** A request as it arrived, byte for byte. */
export interface Arrived {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export type Answer = (request: Arrived, res: ServerResponse) => void

/** An upstream that answers as it is told at the moment. */
export interface Service {
  readonly url: string
  readonly requests: readonly Arrived[]
  answer: Answer
  /** Resolves when so many requests have arrived. */
  arrived(count: number): Promise<void>
  close(): void
}

export const json =
  (value: unknown, status = 200): Answer =>
  (_request, res) =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))

async function read(req: IncomingMessage): Promise<Arrived> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return { method: req.method as string, url: req.url as string, headers: req.headers, body: Buffer.concat(chunks) }
}

async function startService(t: ExecutionContext, answer: Answer): Promise<Service> {
  const requests: Arrived[] = []
  let tell = () => {}
  const server = createServer((req, res) => {
    read(req).then(
      (request) => {
        requests.push(request)
        tell()
        service.answer(request, res)
      },
      () => res.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  t.teardown(close)
  const service: Service = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer,
    async arrived(count) {
      while (requests.length < count) await new Promise<void>((resolve) => (tell = resolve))
    },
    close,
  }
  return service
}

/** What a test has at hand: a gateway whose route's upstream is `first`, with copies to `second`. */
export interface MirrorStage {
  readonly gateway: RunningGateway
  readonly first: Service
  readonly second: Service
  readonly lines: readonly Record<string, unknown>[]
  /** Reads `GET /mirrors` until it is as wanted; fails the test if it never is. */
  report(wanted: (report: MirrorReport) => boolean): Promise<MirrorReport>
  /** Waits until the counts of requests are these, by result. */
  results(counts: Readonly<Record<string, number>>): Promise<void>
  metrics(name: string): Promise<readonly string[]>
}

/** How many results are counted in all. */
const sum = (counts: Readonly<Record<string, number>> = {}) => Object.values(counts).reduce((total, count) => total + count, 0)

/** The `use` of routes whose requests are copied. */
type Use = { readonly copies: ReturnType<typeof mirror> }

/** Starts both upstreams and the gateway. */
export async function startStage(
  t: ExecutionContext,
  routesOf: (given: { readonly first: Upstream<'first'>; readonly second: Upstream<'second'>; readonly use: Use }) => RouteTree,
  options: Omit<MirrorOptions, 'to'> = {},
  more: Partial<GatewayOptions> = {},
): Promise<MirrorStage> {
  const [one, other] = await Promise.all([startService(t, json({ from: 'first' })), startService(t, json({ from: 'second' }))])
  const first = upstream('first', { targets: [one.url] })
  const second = upstream('second', { targets: [other.url] })
  const { lines, log } = recordLog()
  const use = { copies: mirror({ to: second, timeout: '1m', ...options }) }
  const gateway = await startGateway(t, routesOf({ first, second, use }), more, { log })
  const report: MirrorStage['report'] = async (wanted) => {
    for (let round = 0; ; round++) {
      const response = await fetch(`${gateway.adminUrl}/mirrors`)
      const found = (await response.json()) as MirrorReport
      if (wanted(found)) return found
      if (round > 2_000) throw new Error(`not as wanted: ${JSON.stringify(found)}`)
      await wait(5)
    }
  }
  return {
    gateway,
    first: one,
    second: other,
    lines,
    report,
    async results(counts) {
      const found = await report(({ routes }) => sum(routes[0]?.requests) >= sum(counts))
      t.deepEqual(found.routes[0]?.requests, counts)
    },
    async metrics(name) {
      const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
      return text.split('\n').filter((line) => line.startsWith(name))
    },
  }
}
