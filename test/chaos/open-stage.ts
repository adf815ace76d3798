import { defineGateway, type GatewayOptions, type Policy, route, type UpstreamOptions, upstream } from 'gatewright'
import { testGateway } from 'gatewright/testing'
import { FaultProxy } from './fault-proxy.js'
import { RestartingTarget } from './restarting-target.js'

/** A gateway with its targets, the first of them behind a proxy, and a proxy before its own port. */
export interface ChaosStage {
  readonly url: string
  readonly targets: readonly RestartingTarget[]
  readonly proxy: FaultProxy
  readonly entrance: FaultProxy
  /** Requests that have reached targets. */
  attempts(): number
  /** A value of the metrics. */
  metric(name: string): Promise<number>
  close(): Promise<void>
}

/** Opens a stage of `count` targets; `use` are the route's policies. */
export async function openStage(
  count: number,
  options: Partial<UpstreamOptions>,
  use: Readonly<Record<string, Policy>> = {},
  more: Partial<GatewayOptions> = {},
): Promise<ChaosStage> {
  const targets = await Promise.all(Array.from({ length: count }, () => new RestartingTarget().start()))
  const urls = targets.map(({ url }) => url)
  const proxy = await FaultProxy.open(urls[0] as string)
  const up = upstream('up', { targets: [proxy.url, ...urls.slice(1)], timeouts: { headers: '1s', total: '3s' }, ...options })
  const gateway = testGateway(
    defineGateway({
      info: { title: 'Chaos', version: '1.0.0' },
      server: { overload: false },
      routes: { any: route({ method: '*', path: '/', upstream: up, use }) },
      ...more,
    }),
  )
  await gateway.start()
  const entrance = await FaultProxy.open(gateway.url)
  return {
    url: gateway.url,
    targets,
    proxy,
    entrance,
    attempts: () => targets.reduce((sum, { requests }) => sum + requests, 0),
    async metric(name) {
      const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
      return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1])
    },
    async close() {
      await gateway.stop({ now: true })
      await Promise.all([proxy.close(), entrance.close(), ...targets.map((target) => target.stop(true))])
    },
  }
}
