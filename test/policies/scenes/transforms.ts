import { cookies, headers, query } from 'gatewright'
import type { ScenesOf } from '../scene.js'
import { once, sending } from './scene-parts.js'

/** Policies that change a message. */
export const TRANSFORM_SCENES = {
  headers: [{ route: { use: { policy: headers({ response: { set: { 'x-a': '1' }, add: { link: '</b>; rel="next"' } } }) } }, play: once }],
  query: [{ route: { use: { policy: query({ set: { a: '1' } }) } }, play: once }],
  cookies: [
    {
      route: { use: { policy: cookies({ request: { keep: ['a'] }, response: { secure: true } }) } },
      play: sending({ cookie: 'a=1; b=2' }),
    },
  ],
} satisfies ScenesOf
