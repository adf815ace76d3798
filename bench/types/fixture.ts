/** How the routes of a fixture are written: plainly, in groups of 25, or with everything that a route can say. */
export type FixtureKind = 'routes' | 'groups' | 'full'

const PREAMBLE = `import { cors, defineGateway, group, headers, ip, jwt, rateLimit, route, upstream } from 'gatewright'
import { z } from 'zod'

const main = upstream('main', { targets: ['http://127.0.0.1:4001'] })
const session = jwt({
  issuer: 'https://id.example.org/',
  audience: 'shop',
  algorithms: ['HS256'],
  secret: 'a-benchmark-secret-of-forty-characters-!',
  claims: z.object({ sub: z.string(), plan: z.enum(['free', 'pro']) }),
})
const perPlan = rateLimit({
  by: session.key((auth) => auth.claims.sub),
  plan: session.key((auth) => auth.claims.plan),
  limits: { free: '60/min', pro: '600/min' },
})
const identity = headers({ request: { set: { 'x-user': session.key((auth) => auth.claims.sub) } } })
void [group, route]
`

const COMMON = `method: 'POST', upstream: main,
    query: z.object({ page: z.coerce.number().default(1), sort: z.enum(['up', 'down']).optional() }),
    body: z.object({ name: z.string(), age: z.number() }),
    responses: { 200: z.object({ id: z.string(), name: z.string(), left: z.number() }), 404: 'problem' },
    mapResponse: { 200: (body, ctx) => ({ id: ctx.params.id + ctx.auth.claims.sub, name: body.full_name, left: ctx.limit.remaining + ctx.query.page }) },`

const OWN = `auth: session, use: { limit: perPlan, identity }, params: z.object({ id: z.uuid() }),`
const GROUPED = `use: { identity }, params: z.object({ tenant: z.string(), id: z.uuid() }),`
const UPSTREAM_SIDE = `upstreamBody: z.object({ full_name: z.string() }),
    upstreamResponses: { 200: z.object({ user_id: z.string(), full_name: z.string() }) },
    mapRequest: (body) => ({ full_name: body.name }),`

const GROUP_SIZE = 25

function routeText(kind: FixtureKind, index: number): string {
  const call = kind === 'groups' ? `group${Math.floor(index / GROUP_SIZE)}.route` : 'route'
  const more = { routes: OWN, groups: GROUPED, full: `${OWN}\n    ${UPSTREAM_SIDE}` }[kind]
  return `r${index}: ${call}({ path: '/r${index}/{id}', ${COMMON}\n    ${more} }),`
}

/** The text of a `gateway.config.ts` with `count` routes: schemas for parameters, query, body and response, two policies, a typed transform. */
export function fixtureText(kind: FixtureKind, count: number): string {
  const indices = Array.from({ length: count }, (_, index) => index)
  const groups = Array.from({ length: kind === 'groups' ? Math.ceil(count / GROUP_SIZE) : 0 }, (_, index) => index)
  return [
    PREAMBLE,
    ...groups.map((n) => `const group${n} = group({ prefix: '/g${n}/{tenant:[a-z]+}', auth: session, use: { limit: perPlan } })`),
    `export default defineGateway({`,
    `  info: { title: 'Fixture', version: '1' },`,
    `  log: { level: 'warn' },`,
    `  use: { cors: cors({ origins: ['https://shop.example.org'] }), flood: rateLimit({ by: ip, limit: '50/s' }) },`,
    `  routes: {`,
    ...indices.map((index) => `    ${routeText(kind, index)}`),
    `  },`,
    `})`,
    ``,
  ].join('\n')
}
