import type { ExecutionContext } from 'ava'
import { type Policy, route, upstream } from 'gatewright'
import type { GatewayRunOptions, RunningGateway } from 'gatewright/runtime'
import type { FakeAnswer, FakeUpstream } from 'gatewright/testing'
import { startGateway, startUpstream } from '../helpers/start-gateway.js'

/** A gateway whose one route, for any method and path, has a policy. */
export async function gatewayWith(
  t: ExecutionContext,
  policy: Policy,
  more: { lifecycle?: 'direct' | 'hapi'; answer?: FakeAnswer; run?: GatewayRunOptions; route?: object } = {},
): Promise<{ gateway: RunningGateway; up: FakeUpstream }> {
  const up = await startUpstream(t, more.answer)
  const to = upstream('up', { targets: [up.url] })
  const lifecycle = more.lifecycle ?? 'direct'
  const any = route({ method: '*', path: '/{path*}', upstream: to, lifecycle, use: { policy }, ...more.route })
  return { gateway: await startGateway(t, { any }, {}, more.run), up }
}
