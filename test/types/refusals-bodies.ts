// Every body, response and transform that must not compile. The error has to be on the line under its comment.

import { group, route } from 'gatewright'
import { z } from 'zod'
import { geo, session, User, users } from './shared.js'

const get = { method: 'GET', upstream: users } as const
const post = { method: 'POST', path: '/u', upstream: users } as const
const members = group({ prefix: '/m', auth: session })

// --- request bodies ------------------------------------------------------------------------------------------------

route({
  ...post,
  body: z.object({ name: z.string() }),
  upstreamBody: z.object({ full_name: z.string() }),
  // @ts-expect-error not what the upstream takes
  mapRequest: (body) => ({ name: body.name }),
})
route({
  ...post,
  body: z.object({ name: z.string() }),
  // @ts-expect-error the body's schema has no such field
  mapRequest: (body) => body.nam,
})
route({
  ...post,
  query: z.object({ page: z.coerce.number() }),
  // @ts-expect-error the query's schema has no such field
  mapRequest: (_body, ctx) => ctx.query.pge,
})
route({
  ...post,
  use: { where: geo({ allow: [] }) },
  // @ts-expect-error no policy under this name
  mapRequest: (_body, ctx) => ctx.were,
})

// --- fallback ------------------------------------------------------------------------------------------------------

// @ts-expect-error a fallback’s body of another shape than the schema
route({ ...get, path: '/u', responses: { 200: User }, fallback: { reply: { status: 200, body: { id: 1 } } } })
// @ts-expect-error a fallback’s status that is not declared
route({ ...get, path: '/u', responses: { 200: User }, fallback: { reply: { status: 203, body: { id: 'a', joined: '' } } } })
// @ts-expect-error a problem is no fallback
route({ ...get, path: '/u', responses: { 503: 'problem' }, fallback: { reply: { status: 503, body: {} } } })
// @ts-expect-error a string for an upstream
route({ ...get, path: '/u', fallback: { upstream: 'users' } })
// @ts-expect-error no such failure
route({ ...get, path: '/u', fallback: { upstream: users, when: ['RATE_LIMITED'] } })
route({ ...get, path: '/u', responses: { 200: User }, fallback: { reply: { status: 200, body: { id: 'a', joined: '2026-01-01' } } } })
route({
  ...get,
  path: '/u',
  responses: { 200: 'text', 204: 'empty' },
  fallback: { upstream: users, reply: { status: 204 }, when: ['CIRCUIT_OPEN', 503] },
})

// --- responses -----------------------------------------------------------------------------------------------------

route({
  ...get,
  path: '/u',
  responses: { 200: User },
  mapResponse: {
    // @ts-expect-error a transform returning the wrong shape
    200: () => ({ idd: 1 }),
  },
})
members.route({
  ...get,
  path: '/u',
  responses: { 200: User },
  mapResponse: {
    // @ts-expect-error a transform returning the wrong shape, in a group
    200: async () => ({ id: 1, joined: '' }),
  },
})
route({
  ...get,
  path: '/u',
  responses: { 200: User },
  mapResponse: {
    // @ts-expect-error what the schema yields is not what it accepts
    200: () => ({ id: 'x', joined: new Date() }),
  },
})
route({
  ...get,
  path: '/u',
  responses: { 200: User, 404: 'problem' },
  mapResponse: {
    // @ts-expect-error a problem needs type, title, status and code
    404: () => ({ title: 'Gone' }),
  },
})
route({
  ...get,
  path: '/u',
  responses: { 200: User },
  mapResponse: {
    // @ts-expect-error a map for an undeclared status
    404: () => ({ id: '' }),
  },
})
members.route({
  ...get,
  path: '/u',
  responses: { 200: User },
  mapResponse: {
    // @ts-expect-error a map for an undeclared status, in a group
    201: () => ({ id: '', joined: '' }),
  },
})
route({
  ...get,
  path: '/u',
  responses: { 204: 'empty' },
  mapResponse: {
    // @ts-expect-error nothing can be mapped to an empty response
    204: () => ({}),
  },
})
route({
  ...get,
  path: '/u',
  responses: {
    // @ts-expect-error no such kind of response
    404: 'problems',
  },
})
route({
  ...get,
  path: '/u',
  responses: { 200: User },
  upstreamResponses: { 200: z.object({ user_id: z.string() }) },
  mapResponse: {
    200: (body) => ({
      // @ts-expect-error the upstream's schema has no such field
      id: body.userId,
      joined: '',
    }),
  },
})
