// Every route that must not compile. The error has to be on the line under its comment.

import { call, cookie, defineGateway, group, header, ip, param, rollout, route } from 'gatewright'
import { z } from 'zod'
import { either, partner, perCaller, perPartner, perPlan, perUser, session, User, users } from './shared.js'

const get = { method: 'GET', upstream: users } as const
const tenants = group({ prefix: '/t/{tenant}' })
const members = group({ prefix: '/m', auth: session })

// --- path parameters -----------------------------------------------------------------------------------------------

route({
  ...get,
  path: '/u/{id}',
  // @ts-expect-error params lacks a parameter of the path
  params: z.object({ idd: z.uuid() }),
})
route({
  ...get,
  // @ts-expect-error params has a key that the path does not
  path: '/u/{id}',
  params: z.object({ id: z.uuid(), extra: z.string() }),
})
route({
  ...get,
  // @ts-expect-error params has a key and the path has none
  path: '/u',
  params: z.object({ id: z.uuid() }),
})
route({
  ...get,
  path: '/u/{id:[0-9]+}/{rest*}',
  // @ts-expect-error the wildcard is a parameter too
  params: z.object({ id: z.coerce.number() }),
})
tenants.route({
  ...get,
  path: '/u/{id}',
  // @ts-expect-error params lacks the parameter of the prefix
  params: z.object({ id: z.uuid() }),
})
tenants.route({
  ...get,
  // @ts-expect-error params has a key that neither prefix nor path has
  path: '/u/{id}',
  params: z.object({ tenant: z.string(), id: z.uuid(), extra: z.string() }),
})
route({
  ...get,
  path: '/u/{id}',
  responses: { 200: User },
  mapResponse: {
    200: (_body, ctx) => ({
      // @ts-expect-error no such parameter
      id: ctx.params.idd,
      joined: '',
    }),
  },
})

// --- upstream, method, path ----------------------------------------------------------------------------------------

route({
  method: 'GET',
  path: '/u',
  // @ts-expect-error a string for an upstream
  upstream: 'users',
})
members.route({
  method: 'GET',
  path: '/u',
  // @ts-expect-error a string for an upstream
  upstream: 'users',
})
route({
  method: 'GET',
  path: '/u',
  // @ts-expect-error an upstream's options instead of an upstream
  upstream: { name: 'users', targets: [] },
})
route({
  // @ts-expect-error no such method
  method: 'FETCH',
  path: '/u',
  upstream: users,
})
// @ts-expect-error no path
route({
  method: 'GET',
  upstream: users,
})

// --- auth and what is keyed on it ----------------------------------------------------------------------------------

route({
  ...get,
  path: '/u',
  use: {
    // @ts-expect-error a limiter keyed on claims, on a route without auth
    limit: perUser,
  },
})
route({
  ...get,
  path: '/u',
  use: {
    // @ts-expect-error a limit by plan, on a route without auth
    limit: perPlan,
  },
})
route({
  ...get,
  path: '/u',
  auth: partner,
  use: {
    // @ts-expect-error a limiter keyed on another auth than the route's
    limit: perUser,
  },
})
route({
  ...get,
  path: '/u',
  auth: either,
  use: {
    // @ts-expect-error a limiter keyed on one of two auths: a caller may have come with the other
    limit: perUser,
  },
})
route({
  ...get,
  path: '/u',
  use: {
    // @ts-expect-error a limiter keyed on either auth, on a route without one
    limit: perCaller,
  },
})
members.route({
  ...get,
  path: '/u',
  use: {
    // @ts-expect-error a limiter keyed on another auth than the group's
    limit: perPartner,
  },
})
tenants.route({
  ...get,
  path: '/u',
  use: {
    // @ts-expect-error a limiter keyed on claims, in a group without auth
    limit: perUser,
  },
})
group({
  prefix: '/g',
  use: {
    // @ts-expect-error a limiter keyed on claims, shared by a group without auth
    limit: perUser,
  },
})
group({
  auth: partner,
  use: {
    // @ts-expect-error a limiter keyed on another auth than the group's
    limit: perUser,
  },
})
defineGateway({
  info: { title: 'Types', version: '1' },
  use: {
    // @ts-expect-error a limiter keyed on claims, for every route
    limit: perUser,
  },
  routes: {},
})
members.route({
  ...get,
  path: '/u',
  // @ts-expect-error a route of a group has the group's auth
  auth: partner,
})
route({
  ...get,
  path: '/u',
  // @ts-expect-error a policy is no auth
  auth: perUser,
})
route({
  ...get,
  path: '/u',
  use: {
    // @ts-expect-error an auth is no policy
    auth: session,
  },
})
route({
  ...get,
  path: '/u',
  auth: either,
  responses: { 200: User },
  mapResponse: {
    200: (_body, ctx) => ({
      // @ts-expect-error the union has to be told apart by kind first
      id: ctx.auth.claims.sub,
      joined: '',
    }),
  },
})
route({
  ...get,
  path: '/u',
  responses: { 200: User },
  mapResponse: {
    200: (_body, ctx) => ({
      // @ts-expect-error no auth, no ctx.auth
      id: ctx.auth.claims.sub,
      joined: '',
    }),
  },
})

// --- statuses ------------------------------------------------------------------------------------------------------

route({
  ...get,
  path: '/u',
  responses: { 200: User },
  // @ts-expect-error 204 is not declared
  mapStatus: { 404: 204 },
})

route({
  ...get,
  path: '/u',
  responses: { 200: User },
  // @ts-expect-error what is enforced is enforced on every response
  validateResponse: { mode: 'enforce', sample: 0.5 },
})

// --- rollouts ------------------------------------------------------------------------------------------------------

const halves = { stable: users, canary: users, percent: 50 } as const
route({ ...get, path: '/u', upstream: rollout({ ...halves, by: ip }) })
route({ ...get, path: '/u', upstream: rollout({ ...halves, by: header('x-tenant') }) })
members.route({ ...get, path: '/u', upstream: rollout(halves), affinity: session.key((auth) => auth.claims.sub) })
route({ ...get, path: '/u', upstream: rollout({ blue: users, green: users, active: 'green' }) })
// @ts-expect-error a key that not every route has
rollout({ ...halves, by: session.key((auth) => auth.claims.sub) })
// @ts-expect-error a rollout inside a rollout
rollout({ ...halves, canary: rollout(halves) })
// @ts-expect-error neither side has that name
rollout({ blue: users, green: users, active: 'red' })
route({
  ...get,
  path: '/u',
  upstream: rollout(halves),
  // @ts-expect-error a key of an auth that the route does not have
  affinity: session.key((auth) => auth.claims.sub),
})
// @ts-expect-error a call goes to one upstream
call(rollout(halves), { path: '/u', response: User })
route({
  ...get,
  path: '/u',
  // @ts-expect-error one upstream stands in
  fallback: { upstream: rollout(halves) },
})

// --- affinity ------------------------------------------------------------------------------------------------------

route({
  ...get,
  path: '/u/{id}',
  // @ts-expect-error a key of an auth that the route does not have
  affinity: session.key((auth) => auth.claims.sub),
})
route({
  ...get,
  path: '/u/{id}',
  // @ts-expect-error a key of a parameter that the path does not have
  affinity: param('tenant'),
})
route({ ...get, path: '/u/{id}', cookies: z.object({ session: z.string() }), affinity: cookie('session') })
route({ ...get, path: '/u/{id}', affinity: cookie('session') })
route({
  ...get,
  path: '/u/{id}',
  cookies: z.object({ session: z.string() }),
  // @ts-expect-error a key of a cookie that the route does not declare
  affinity: cookie('sesion'),
})
members.route({
  ...get,
  path: '/u/{id}',
  // @ts-expect-error a key of another auth
  affinity: partner.key((auth) => auth.metadata.tier),
})
