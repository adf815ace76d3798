// Compiles only if a route infers its parameters, query, bodies and responses, exactly.

import type { ProblemDocument, Route } from 'gatewright'
import { defineGateway, group, route } from 'gatewright'
import { z } from 'zod'
import { exact, typeOf } from './exact.js'
import { either, session, User, users } from './shared.js'

const get = { method: 'GET', upstream: users } as const
const post = { method: 'POST', upstream: users } as const

// --- parameters ----------------------------------------------------------------------------------------------------

export const noParams = route({ ...get, path: '/', mapRequest: (_body, ctx) => exact<Record<never, string>>()(ctx.params) })

export const oneParam = route({ ...get, path: '/u/{id}', mapRequest: (_body, ctx) => exact<Record<'id', string>>()(ctx.params) })

export const manyParams = route({
  ...get,
  path: '/u/{id}/posts/{post:[0-9]+}/{rest*}',
  mapRequest: (_body, ctx) => exact<Record<'id' | 'post' | 'rest', string>>()(ctx.params),
})

export const parsedParams = route({
  ...get,
  path: '/u/{id:[0-9]+}',
  params: z.object({ id: z.coerce.number() }),
  mapRequest: (_body, ctx) => exact<{ id: number }>()(ctx.params),
})

const byTenant = group({ prefix: '/t/{tenant:[a-z]+}' })

export const prefixParams = byTenant.route({
  ...get,
  path: '/files/{path*}',
  mapRequest: (_body, ctx) => exact<Record<'tenant' | 'path', string>>()(ctx.params),
})

export const parsedPrefixParams = byTenant.route({
  ...get,
  path: '/u/{id}',
  params: z.object({ tenant: z.enum(['a', 'b']), id: z.uuid() }),
  mapRequest: (_body, ctx) => exact<{ tenant: 'a' | 'b'; id: string }>()(ctx.params),
})

exact<Route<'/t/{tenant:[a-z]+}/files/{path*}', {}, never>>()(prefixParams)
exact<Route<'/u/{id}', {}, never>>()(oneParam)

// --- query ---------------------------------------------------------------------------------------------------------

export const rawQuery = route({
  ...get,
  path: '/',
  mapRequest: (_body, ctx) => exact<Readonly<Record<string, string | string[]>>>()(ctx.query),
})

export const parsedQuery = route({
  ...get,
  path: '/',
  query: z.object({ page: z.coerce.number().default(1), sort: z.enum(['up', 'down']).optional() }),
  mapRequest: (_body, ctx) => exact<{ page: number; sort?: 'up' | 'down' | undefined }>()(ctx.query),
})

// --- base context --------------------------------------------------------------------------------------------------

export const base = route({
  ...get,
  path: '/',
  mapRequest: (_body, ctx) => {
    exact<string>()(ctx.ip)
    exact<string>()(ctx.method)
    exact<string>()(ctx.path)
    exact<string>()(ctx.queryString)
    exact<string>()(ctx.requestId)
    exact<string | string[] | undefined>()(ctx.headers['x'])
  },
})

// --- auth ----------------------------------------------------------------------------------------------------------

export const claims = route({
  ...get,
  path: '/',
  auth: session,
  mapRequest: (_body, ctx) => {
    exact<{ sub: string; plan: 'free' | 'pro'; level: number }>()(ctx.auth.claims)
    exact<'jwt'>()(ctx.auth.kind)
  },
})

export const union = route({
  ...get,
  path: '/',
  auth: either,
  mapRequest: (_body, ctx) => {
    exact<'jwt' | 'apiKey'>()(ctx.auth.kind)
    if (ctx.auth.kind === 'jwt') exact<number>()(ctx.auth.claims.level)
    else exact<{ tier: string }>()(ctx.auth.metadata)
  },
})

export const groupClaims = group({ auth: session }).route({
  ...get,
  path: '/',
  mapRequest: (_body, ctx) => exact<'free' | 'pro'>()(ctx.auth.claims.plan),
})

// --- mapRequest ----------------------------------------------------------------------------------------------------

export const untypedBodies = route({
  ...post,
  path: '/',
  mapRequest: (body) => exact<any>()(body),
})

export const typedBodies = route({
  ...post,
  path: '/',
  body: z.object({ name: z.string(), born: z.string().transform((text) => new Date(text)) }),
  upstreamBody: z.object({ full_name: z.string(), year: z.string().transform(Number) }),
  mapRequest: (body) => {
    exact<{ name: string; born: Date }>()(body)
    return { full_name: body.name, year: String(body.born.getFullYear()) }
  },
})

export const asyncBodies = route({
  ...post,
  path: '/',
  upstreamBody: z.object({ full_name: z.string() }),
  mapRequest: async () => ({ full_name: 'x' }),
})

// --- mapResponse ---------------------------------------------------------------------------------------------------

export const mapped = route({
  ...get,
  path: '/u/{id}',
  auth: session,
  query: z.object({ page: z.coerce.number() }),
  responses: { 200: User, 201: User, 404: 'problem', 409: z.object({ why: z.string() }) },
  upstreamResponses: { 200: z.object({ user_id: z.coerce.number() }), 404: z.object({ reason: z.string() }) },
  mapResponse: {
    200: (body, ctx) => {
      exact<{ user_id: number }>()(body)
      exact<number>()(ctx.query.page)
      exact<string>()(ctx.auth.claims.sub)
      return { id: ctx.params.id, joined: '2026-01-01' }
    },
    201: async (body) => {
      exact<any>()(body)
      return { id: 'x', joined: '2026-01-01' }
    },
    404: (body): ProblemDocument => {
      exact<{ reason: string }>()(body)
      return { type: 'urn:problem:gone', title: 'Gone', status: 404, code: 'GONE', extension: body.reason }
    },
    409: () => ({ why: 'conflict' }),
  },
})

type ResponsesOf<T> = T extends Route<string, infer R, number> ? R : never

const responses = typeOf<ResponsesOf<typeof mapped>>()
exact<typeof User>()(responses[200])
exact<'problem'>()(responses[404])

export const bodiless = route({ ...get, path: '/', responses: { 204: 'empty', 200: 'text', 206: 'binary', 304: 'empty' } })
exact<'binary'>()(typeOf<ResponsesOf<typeof bodiless>>()[206])

// --- the gateway ---------------------------------------------------------------------------------------------------

export default defineGateway({
  info: { title: 'Types', version: '1' },
  routes: { users: { get: oneParam, deeper: { still: mapped } }, files: prefixParams },
})

// --- headers, cookies, statuses -------------------------------------------------------------------------------------

export const parsedFields = route({
  ...get,
  path: '/',
  headers: z.object({ 'x-tenant': z.coerce.number() }),
  cookies: z.object({ theme: z.enum(['dark', 'light']) }),
  mapRequest: (_body, ctx) => {
    exact<{ 'x-tenant': number }>()(ctx.headers)
    return exact<{ theme: 'dark' | 'light' }>()(ctx.cookies)
  },
})

export const rawFields = route({
  ...get,
  path: '/',
  mapRequest: (_body, ctx) => {
    exact<Readonly<Record<string, string | string[] | undefined>>>()(ctx.headers)
    return exact<Readonly<Record<string, string>>>()(ctx.cookies)
  },
})

export const mappedStatus = route({ ...get, path: '/', responses: { 200: User, 204: 'empty' }, mapStatus: { 404: 204 } })
