import { allOf, anyOf, apiKey, definePolicy, jwt, optional, rateLimit, upstream } from 'gatewright'
import { z } from 'zod'

export const users = upstream('users', { targets: ['http://127.0.0.1:4001'] })

export const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string(), plan: z.enum(['free', 'pro']), level: z.coerce.number() }),
})

export const partner = apiKey({ keys: [], metadata: z.object({ tier: z.string() }) })

export const either = anyOf(session, partner)

export const someone = optional(session)

export const together = allOf({ session, partner })

export const scoped = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['RS256'],
  claims: z.object({ sub: z.string() }),
  scopes: ['orders:read', 'orders:write'],
  roles: ['admin'],
})

export const perUser = rateLimit({ by: session.key((auth) => auth.claims.sub), limit: '60/min' })

export const perPartner = rateLimit({ by: partner.key((auth) => auth.metadata.tier), limit: '60/min' })

export const perCaller = rateLimit({
  by: either.key((auth) => (auth.kind === 'jwt' ? auth.claims.sub : auth.consumer)),
  limit: '60/min',
})

export const perPlan = rateLimit({
  by: session.key((auth) => auth.claims.sub),
  plan: session.key((auth) => auth.claims.plan),
  limits: { free: '60/min', pro: '600/min' },
})

/** A policy of the user's own: gives a country, may answer 403 or 503. */
export const geo = definePolicy({
  name: 'geo',
  phase: 'admit',
  options: z.strictObject({ allow: z.array(z.string()), reload: z.number().default(60) }),
  gives: z.object({ country: z.string().transform((text) => text.length) }),
  problems: ['FORBIDDEN', 'UNAVAILABLE'],
  compile: () => ({}),
})

/** A policy of the user's own that gives nothing and refuses nothing. */
export const stamp = definePolicy({
  name: 'stamp',
  phase: 'respond',
  options: z.strictObject({}),
  compile: () => ({}),
})

export const User = z.object({ id: z.string(), joined: z.string().transform((text) => new Date(text)) })
