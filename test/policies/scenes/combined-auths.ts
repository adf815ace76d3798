import { allOf, anyOf, optional } from 'gatewright'
import type { ScenesOf } from '../scene.js'
import { known, partner, remote, unchecked, unknown } from './auths.js'
import { sending } from './scene-parts.js'

/** Auths that are made of others. */
export const COMBINED_AUTH_SCENES = {
  'any-of': [{ route: { auth: anyOf(remote, partner) }, play: sending({}, known, unknown, unchecked) }],
  'all-of': [
    {
      route: { auth: allOf({ remote, partner }) },
      play: sending({}, known, { ...unchecked, ...known }, { authorization: 'Bearer x', ...known }),
    },
  ],
  optional: [{ route: { auth: optional(anyOf(remote, partner)) }, play: sending({}, known, unknown, unchecked, { authorization: 'x' }) }],
} satisfies ScenesOf
