import { mock, type ResolvedGateway } from '../../sdk/index.js'
import { mockDefinition } from '../../sdk/policies/mock.js'
import type { PolicyUse, ResolvedRoute, ResolvedUpstream } from '../../sdk/resolved.js'

const KEY = 'mock'

/** Neither probed nor looked for. */
const unasked = ({ name, settings }: ResolvedUpstream): ResolvedUpstream => ({
  name,
  settings: { ...settings, health: undefined, start: 0, targets: Array.isArray(settings.targets) ? settings.targets : [] },
})

/**
 * The same gateway with every route answered by `mock`: policies, auth and validation run as ever, and no upstream is called or probed.
 * A route's own `mock` keeps its settings.
 */
export function mockGateway(gateway: ResolvedGateway): ResolvedGateway {
  const { name, phase, options } = mockDefinition
  const policy = { name, phase, settings: options.parse(mock().options), effects: () => ({}), definition: mockDefinition, identity: KEY }
  const use: PolicyUse = { key: KEY, scope: 'gateway', policy }
  const mocked = (route: ResolvedRoute): ResolvedRoute => ({
    ...route,
    policies: route.policies.some((used) => used.policy.name === name) ? route.policies : [...route.policies, use],
    websocket: undefined,
  })
  return { ...gateway, routes: gateway.routes.map(mocked), upstreams: gateway.upstreams.map(unasked) }
}
