// Compiles only if policies give their values, needs and statuses to the routes that use them, exactly.

import type {
  AllOfAuth,
  ApiKeyAuth,
  ApiKeySource,
  Auth,
  BaseContext,
  JwtAuth,
  JwtSource,
  Key,
  Policy,
  RateLimitState,
  Route,
} from 'gatewright'
import { cache, cors, defineGateway, group, headers, idempotency, ip, jwt, rateLimit, route } from 'gatewright'
import { z } from 'zod'
import { exact, typeOf } from './exact.js'
import { either, geo, partner, perCaller, perPlan, perUser, scoped, session, someone, stamp, together, users } from './shared.js'

type ErrorsOf<T> = T extends Route<string, unknown, infer E> ? E : never

const get = { method: 'GET', path: '/', upstream: users } as const

// --- keys and what they need ---------------------------------------------------------------------------------------

type Session = JwtAuth<{ sub: string; plan: 'free' | 'pro'; level: number }>

exact<Key<{ auth: Session }, number>>()(session.key((auth) => auth.claims.level))
exact<JwtSource<{ sub: string; plan: 'free' | 'pro'; level: number }, never, never>>()(session)
exact<ApiKeySource<{ tier: string }>>()(partner)
exact<Auth<Session | ApiKeyAuth<{ tier: string }>, 401 | 503>>()(either)
exact<Policy<{ auth: Session } & BaseContext, RateLimitState, 429>>()(perUser)

exact<Auth<Session | undefined, 401 | 503>>()(someone)
exact<Auth<{ readonly kind: 'allOf'; readonly session: Session; readonly partner: ApiKeyAuth<{ tier: string }> }, 401 | 503>>()(together)
exact<AllOfAuth<{ session: typeof session; partner: typeof partner }>['session']>()(typeOf<Session>())
exact<Policy<{ auth: Session } & BaseContext, unknown, 400 | 409 | 413 | 422 | 503>>()(
  idempotency({ by: session.key((auth) => auth.claims.sub) }),
)

exact<Policy<{ auth: Session } & BaseContext, unknown, never>>()(cache({ key: session.key((auth) => auth.claims.sub), ttl: '1m' }))
exact<Policy<BaseContext, unknown, 504>>()(cache({ public: true, requestDirectives: true }))

/** A cache without a key serves a whole gateway, and its routes without an auth. */
export const cached = [
  defineGateway({ info: { title: 'T', version: '1' }, use: { cache: cache({ ttl: '1m' }) }, routes: {} }),
  route({ ...get, use: { cache: cache() } }),
  route({ ...get, auth: session, use: { cache: cache({ public: true }) } }),
  route({
    ...get,
    auth: session,
    use: { cache: cache({ key: [session.key((auth) => auth.claims.sub), session.key((auth) => auth.claims.plan)] }) },
  }),
]

/** A key with fewer needs serves where there is more to read. */
export const widened: Key<{ auth: Session; readonly ip: string }, string> = ip

// --- what policies give --------------------------------------------------------------------------------------------

export const ofTheRoute = route({
  ...get,
  auth: session,
  use: { limit: perUser, plan: perPlan, where: geo({ allow: [] }) },
  mapRequest: (_body, ctx) => {
    exact<number>()(ctx.limit.remaining)
    exact<RateLimitState>()(ctx.plan)
    exact<{ country: number }>()(ctx.where)
  },
})

export const ofTheGroup = group({ auth: session, use: { limit: perUser } }).route({
  ...get,
  use: { where: geo({ allow: [], reload: 5 }) },
  responses: { 200: z.object({ left: z.number() }) },
  mapRequest: (_body, ctx) => exact<number>()(ctx.limit.remaining),
  mapResponse: {
    200: (_body, ctx) => {
      exact<number>()(ctx.where.country)
      return { left: ctx.limit.remaining }
    },
  },
})

// --- limiters and header edits on several auths --------------------------------------------------------------------

export const unionLimiter = route({ ...get, auth: either, use: { limit: perCaller } })
export const unionLimiterOnAPart = route({ ...get, auth: session, use: { limit: perCaller } })
export const byAddress = route({ ...get, use: { limit: rateLimit({ by: ip, limit: '5/s', burst: 20 }) } })
export const byDuty = rateLimit({ by: ip, limit: ['10/s', '100/min', '10000/day'], cost: session.key((auth) => auth.claims.level) })
exact<Policy<{ readonly ip: string } & { auth: Session } & BaseContext, RateLimitState, 429>>()(byDuty)
export const costly = route({ ...get, auth: session, use: { limit: byDuty, day: rateLimit({ by: ip, limit: '5/s & 1000/day', cost: 3 }) } })
export const costlyWithoutAuth = route({
  ...get,
  // @ts-expect-error the cost needs the session
  use: { limit: byDuty },
})
export const mixedKeys = route({
  ...get,
  auth: session,
  use: {
    edit: headers({
      request: { set: { 'x-user': session.key((auth) => auth.claims.sub), 'x-client': ip, 'x-via': 'gatewright' }, remove: ['cookie'] },
      response: { add: { 'x-plan': session.key((auth) => auth.claims.plan) } },
    }),
    limit: rateLimit({ by: ip, plan: session.key((auth) => auth.claims.plan), limits: { free: '1/s', pro: '2/s' } }),
  },
})

/** A limiter on a shared part of two auths fits both. */
const anySubject = jwt({ issuer: 'x', audience: 'y', algorithms: ['RS256'], claims: z.object({ sub: z.string() }) })
const perSubject = rateLimit({ by: anySubject.key((auth) => auth.claims.sub), limit: '1/s' })
export const shared = route({ ...get, auth: session, use: { limit: perSubject } })

// --- optional and combined auths, and rules on them ----------------------------------------------------------------

export const optionalRoute = route({
  ...get,
  auth: someone,
  use: {
    limit: rateLimit({ by: someone.key((auth) => auth?.claims.sub ?? 'nobody'), limit: '1/s' }),
    rule: someone.allow('known', (auth) => auth !== undefined),
  },
  mapRequest: (_body, ctx) => {
    exact<Session | undefined>()(ctx.auth)
    return ctx.auth?.claims.sub
  },
})
export const combinedRoute = route({
  ...get,
  auth: together,
  use: { limit: rateLimit({ by: together.key((auth) => auth.session.claims.sub + auth.partner.consumer), limit: '1/s' }) },
  mapRequest: (_body, ctx) => {
    exact<'allOf'>()(ctx.auth.kind)
    exact<ApiKeyAuth<{ tier: string }>>()(ctx.auth.partner)
  },
})
export const ruled = group({ auth: scoped, use: { read: scoped.scopes('orders:read') } }).route({
  ...get,
  use: {
    write: scoped.scopes(['orders:read', 'orders:write'], { match: 'any', mode: 'shadow' }),
    admin: scoped.roles('admin'),
    own: scoped.allow('ann', async (auth) => auth.claims.sub === 'ann'),
  },
})
export const listed = route({ ...get, auth: partner, use: { who: partner.consumers({ deny: ['acme'] }) } })
exact<401 | 403 | 503>()(typeOf<ErrorsOf<typeof ruled>>())
exact<401 | 403>()(typeOf<ErrorsOf<typeof listed>>())

// --- statuses ------------------------------------------------------------------------------------------------------

exact<never>()(typeOf<ErrorsOf<typeof open>>())
exact<401 | 503>()(typeOf<ErrorsOf<typeof withJwt>>())
exact<401>()(typeOf<ErrorsOf<typeof withKey>>())
exact<429>()(typeOf<ErrorsOf<typeof byAddress>>())
exact<401 | 429 | 503>()(typeOf<ErrorsOf<typeof unionLimiter>>())
exact<401 | 403 | 429 | 503>()(typeOf<ErrorsOf<typeof ofTheRoute>>())
exact<401 | 403 | 429 | 503>()(typeOf<ErrorsOf<typeof ofTheGroup>>())
exact<never>()(typeOf<ErrorsOf<typeof silent>>())

export const open = route(get)
export const withJwt = route({ ...get, auth: session })
export const withKey = route({ ...get, auth: partner })
export const silent = route({
  ...get,
  use: {
    cors: cors({ origins: ['https://shop.example.org', 'null'], credentials: true, maxAge: '1h' }),
    edit: headers({}),
    own: stamp({}),
  },
})

// --- policies of a user's own --------------------------------------------------------------------------------------

exact<Policy<BaseContext, { country: number }, 403 | 503>>()(geo({ allow: ['CH'] }))
exact<Policy<BaseContext, unknown, never>>()(stamp({}))
exact<{ allow: string[]; reload?: number | undefined }>()(typeOf<Parameters<typeof geo>[0]>())

// --- the gateway ---------------------------------------------------------------------------------------------------

export default defineGateway({
  info: { title: 'Types', version: '1' },
  use: { cors: cors({ origins: '*' }), flood: rateLimit({ by: ip, limit: '50/s' }), where: geo({ allow: [] }) },
  routes: { open, ofTheRoute },
})
