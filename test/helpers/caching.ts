import type { ServerResponse } from 'node:http'
import type { ExecutionContext } from 'ava'
import { cache, type GatewayOptions, route, upstream } from 'gatewright'
import type { RunningGateway } from 'gatewright/runtime'
import type { FakeUpstream, ReceivedRequest } from 'gatewright/testing'
import { type FakeClock, fakeClock } from './fake-clock.js'
import { startGateway, startUpstream } from './start-gateway.js'

/** A gateway with a cache, its upstream, and the time. */
export interface CachingStage {
  readonly url: string
  readonly gateway: RunningGateway
  readonly up: FakeUpstream
  readonly clock: FakeClock
}

/** How the upstream answers its n-th request, from 1. */
export type Answers = (n: number, request: ReceivedRequest, res: ServerResponse) => void

/** Answers with these headers, and a body that tells which request it was. */
export const numbered =
  (headers: Readonly<Record<string, string | string[]>>, status = 200): Answers =>
  (n, _request, res) =>
    void res.writeHead(status, headers as never).end(`body ${n}`)

/** Starts a gateway whose routes all use one cache, on a clock that stands still. */
export async function startCaching(
  t: ExecutionContext,
  lifecycle: 'direct' | 'hapi',
  options: object,
  answer: Answers,
  more: { readonly route?: object; readonly gateway?: Partial<GatewayOptions>; readonly clock?: FakeClock } = {},
): Promise<CachingStage> {
  let count = 0
  const up = await startUpstream(t, (request, res) => {
    // Its date would be of another clock.
    res.sendDate = false
    answer(++count, request, res)
  })
  const clock = more.clock ?? fakeClock(Date.now())
  const routes = {
    any: route({
      method: '*',
      path: '/{path*}',
      upstream: upstream('up', { targets: [up.url] }),
      lifecycle,
      use: { cache: cache(options) },
      ...more.route,
    }),
  }
  const gateway = await startGateway(t, routes, more.gateway, { clock })
  return { url: gateway.url, gateway, up, clock }
}

/** What a caller sees of a response, in one text: status, body, `Cache-Status`. */
export async function seen(url: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, init)
  return `${response.status} ${await response.text()} [${response.headers.get('cache-status')}]`
}
