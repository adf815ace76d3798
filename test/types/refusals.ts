// Type-checks with exactly the errors marked below: every positive infers, every misuse is refused.

import { anyOf, apiKey, group, ip, jwt, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'

const users = upstream('users', { targets: ['http://127.0.0.1:1'] })
const session = jwt({
  issuer: 'x',
  audience: 'y',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string(), plan: z.enum(['free', 'pro']) }),
})
const partner = apiKey({ header: 'x-api-key', keys: [], metadata: z.object({ tier: z.string() }) })
const either = anyOf(session, partner)
const perUser = rateLimit({ by: session.key((a) => a.claims.sub), limit: '60/min' })
const perPlan = rateLimit({
  by: session.key((a) => a.claims.sub),
  plan: session.key((a) => a.claims.plan),
  limits: { free: '60/min', pro: '600/min' },
})
const User = z.object({ id: z.string() })

export const ok1 = route({
  method: 'GET',
  path: '/u/{id}',
  upstream: users,
  auth: session,
  params: z.object({ id: z.uuid() }),
  use: { limit: perUser, p: perPlan },
  responses: { 200: User },
  mapResponse: { 200: (_b, ctx) => ({ id: ctx.params.id + ctx.auth.claims.sub + ctx.limit.remaining }) },
})
export const ok2 = route({
  method: 'GET',
  path: '/u/{id}',
  upstream: users,
  use: { limit: rateLimit({ by: ip, limit: '5/s' }) },
  responses: { 200: User },
  mapResponse: { 200: (_b, ctx) => ({ id: ctx.params.id }) },
})
export const ok3 = route({
  method: 'GET',
  path: '/u/{id}',
  upstream: users,
  auth: either,
  responses: { 200: User },
  mapResponse: { 200: (_b, ctx) => ({ id: ctx.auth.kind === 'jwt' ? ctx.auth.claims.sub : ctx.auth.metadata.tier }) },
})
const members = group({ prefix: '/m', auth: session })
export const ok4 = members.route({
  method: 'GET',
  path: '/u/{id}',
  upstream: users,
  use: { limit: perUser },
  responses: { 200: User },
  mapResponse: { 200: (_b, ctx) => ({ id: ctx.auth.claims.sub }) },
})
export const errors: 429 | 401 | 503 = null! as NonNullable<(typeof ok1)['~errors']>

// @ts-expect-error a limiter keyed on claims, on a route without that auth
export const n1 = route({ method: 'GET', path: '/u/{id}', upstream: users, use: { limit: perUser }, responses: { 200: User } })
// @ts-expect-error a path param that params does not have
export const n2 = route({ method: 'GET', path: '/u/{id}', upstream: users, params: z.object({ idd: z.uuid() }), responses: { 200: User } })
// @ts-expect-error a plan missing in limits
export const n3 = rateLimit({ by: session.key((a) => a.claims.sub), plan: session.key((a) => a.claims.plan), limits: { free: '60/min' } })
// @ts-expect-error a transform returning the wrong shape
export const n4 = route({
  method: 'GET',
  path: '/u/{id}',
  upstream: users,
  auth: session,
  responses: { 200: User },
  mapResponse: { 200: () => ({ idd: 1 }) },
})
// @ts-expect-error a string for an upstream
export const n5 = route({ method: 'GET', path: '/u/{id}', upstream: 'users', auth: session, responses: { 200: User } })
// @ts-expect-error a rate that does not parse
export const n6 = rateLimit({ by: ip, limit: '60/mim' })
// @ts-expect-error a limiter keyed on another auth than the route's
export const n7 = route({
  method: 'GET',
  path: '/u/{id}',
  upstream: users,
  auth: partner,
  use: { limit: perUser },
  responses: { 200: User },
})
// @ts-expect-error a map for an undeclared status
export const n8 = members.route({
  method: 'GET',
  path: '/u/{id}',
  upstream: users,
  responses: { 200: User },
  mapResponse: { 404: () => ({ id: '' }) },
})
// @ts-expect-error a key in params that the path does not have
export const n9 = route({
  method: 'GET',
  path: '/u/{id}',
  upstream: users,
  params: z.object({ id: z.uuid(), extra: z.string() }),
  responses: { 200: User },
})
