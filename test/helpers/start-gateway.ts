import type { ExecutionContext } from 'ava'
import { defineGateway, type GatewayOptions, type RouteTree } from 'gatewright'
import type { GatewayRunOptions, RunningGateway } from 'gatewright/runtime'
import { type FakeAnswer, type FakeUpstream, fakeUpstream, testGateway } from 'gatewright/testing'

/** Starts a gateway with these routes on free ports; stopped with the test. */
export async function startGateway(
  t: ExecutionContext,
  routes: RouteTree,
  options: Partial<GatewayOptions> = {},
  run: GatewayRunOptions = {},
): Promise<RunningGateway> {
  // A test's process may well be held up; that is no overload.
  const server = { overload: false as const, ...options.server }
  const gateway = testGateway(defineGateway({ info: { title: 'Test', version: '1.0.0' }, routes, ...options, server }), run)
  await gateway.start()
  t.teardown(() => gateway.stop({ now: true }))
  return gateway
}

/** Starts an upstream; closed with the test. */
export async function startUpstream(t: ExecutionContext, answer?: FakeAnswer): Promise<FakeUpstream> {
  const upstream = await fakeUpstream(answer)
  t.teardown(() => upstream.close())
  return upstream
}

/** How a route can answer; forwarding must look the same on all of them. */
export const LANES = ['direct', 'hapi'] as const
