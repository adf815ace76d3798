import type { AuthName, PolicyName } from '../../sdk/policies/index.js'
import type { SceneSource, ScenesOf } from './scene.js'
import { AUTHORIZATION_SCENES } from './scenes/authorization.js'
import { AUTH_SCENES } from './scenes/auths.js'
import { COMBINED_AUTH_SCENES } from './scenes/combined-auths.js'
import { EDGE_SCENES } from './scenes/edge.js'
import { LIMIT_IDLE_SCENES, LIMIT_SCENES } from './scenes/limits.js'
import { TRANSFORM_SCENES } from './scenes/transforms.js'

/**
 * For each policy and auth, scenes that reach every problem and header that it declares in them. A new policy needs an entry of its own,
 * with a scene for each set of options that changes what it declares.
 */
export const POLICY_SCENES: Readonly<Record<PolicyName | AuthName, readonly SceneSource[]>> = {
  ...EDGE_SCENES,
  ...LIMIT_SCENES,
  ...TRANSFORM_SCENES,
  ...AUTH_SCENES,
  ...COMBINED_AUTH_SCENES,
  ...AUTHORIZATION_SCENES,
}

/** For policies that do nothing on some routes, scenes on such routes: they may declare nothing there. */
export const IDLE_SCENES: ScenesOf = { ...LIMIT_IDLE_SCENES }
