import { defineGateway, type Gateway, headers, ip, jwt, type RouteTree, rateLimit, route, type Upstream, upstream } from 'gatewright'
import { createGateway } from 'gatewright/runtime'
import { z } from 'zod'
import { LIMIT } from '../peers/hand/limiter.js'
import { NewUser, User } from '../peers/hand/users.js'
import { AUDIENCE, ISSUER, SECRET } from './credentials.js'
import { announce, createNullLogger, readPeerArguments } from './peer-arguments.js'
import { prefixes } from './rows.js'

const { row, upstreamPort, redisUrl, publicKey } = readPeerArguments()

const main = upstream('main', { targets: [`http://127.0.0.1:${upstreamPort}`] })
/** The upstream answers on both addresses: one target would leave nothing to choose, and is never ejected. */
const two = [`http://127.0.0.1:${upstreamPort}`, `http://127.0.0.2:${upstreamPort}`]
const fragile = upstream('fragile', { targets: two, retry: false, ejection: false })
const resilient = upstream('resilient', {
  targets: two,
  health: { path: '/healthz' },
  breaker: { slowCall: '1s', per: 'target' },
  retry: {},
  ejection: {},
  bulkhead: { max: 1_000 },
})
const session = jwt({
  issuer: ISSUER,
  audience: AUDIENCE,
  ...(row === 'tokens-1000-rs256' ? { algorithms: ['RS256'], publicKey } : { algorithms: ['HS256'], secret: SECRET }),
  claims: z.object({ sub: z.string(), plan: z.string() }),
})

const plainItem = () => route({ method: 'GET', path: '/items/{id}', upstream: main })

const itemOf = (from: Upstream) => route({ method: 'GET', path: '/items/{id}', upstream: from })

const socket = () => route({ method: 'GET', path: '/items/{id}', upstream: main, websocket: true } as never)

const limitedItem = () => route({ method: 'GET', path: '/items/{id}', upstream: main, use: { limit: rateLimit({ by: ip, limit: LIMIT }) } })

const guardedItem = () =>
  route({
    method: 'GET',
    path: '/items/{id}',
    upstream: main,
    auth: session,
    use: {
      limit: rateLimit({ by: session.key((auth) => auth.claims.sub), limit: LIMIT }),
      edit: headers({
        request: { set: { 'x-user': session.key((auth) => auth.claims.sub) }, remove: ['cookie'] },
        response: { set: { 'x-served-by': 'bench' }, remove: ['x-powered-by'] },
      }),
    },
  })

const newUser = () =>
  route({
    method: 'POST',
    path: '/users',
    upstream: main,
    body: NewUser,
    responses: { 200: User },
    mapRequest: (user) => ({ full_name: user.name, mail: user.email, age: user.age, labels: user.tags }),
    mapResponse: { 200: (user) => ({ id: user.user_id, name: user.full_name, email: user.mail }) },
  })

const manyRoutes = (): RouteTree =>
  Object.fromEntries(
    prefixes(row).map((prefix) => [prefix.slice(1, -'/items'.length), route({ method: 'GET', path: `${prefix}/{id}`, upstream: main })]),
  )

const trees: Readonly<Record<typeof row, () => RouteTree>> = {
  plain: () => ({ get: plainItem() }),
  'idle-memory': () => ({ get: plainItem() }),
  policies: () => ({ get: guardedItem() }),
  log: () => ({ get: guardedItem() }),
  'tokens-1000': () => ({ get: guardedItem() }),
  'tokens-1000-rs256': () => ({ get: guardedItem() }),
  'redis-limit': () => ({ get: limitedItem() }),
  transform: () => ({ create: newUser() }),
  routes: manyRoutes,
  '10k-routes': manyRoutes,
  '10-routes': manyRoutes,
  '1mib-down': () => ({ get: route({ method: 'GET', path: '/blobs/{id}', upstream: main }) }),
  '1mib-up': () => ({ put: route({ method: 'POST', path: '/blobs/{id}', upstream: main }) }),
  resilience: () => ({ get: itemOf(resilient) }),
  'no-resilience': () => ({ get: itemOf(fragile) }),
  websocket: () => ({ open: socket() }),
}

/** Runs the gateway itself, as built, with the config that a user would write for the row, on one lane. */
export async function runGateway(lifecycle: 'direct' | 'hapi'): Promise<void> {
  const config: Gateway = defineGateway({
    lifecycle,
    info: { title: 'Benchmark', version: '1' },
    server: { host: '127.0.0.1', port: 0, limits: { requestsPerConnection: 1_000_000_000, connectionsPerIp: 10_000 } },
    admin: { port: 0 },
    log: { access: row === 'log' },
    ...(redisUrl === '' ? {} : { redis: { url: redisUrl } }),
    routes: trees[row](),
  })

  const gateway = await createGateway(config, { port: 0, log: createNullLogger('info') })
  await gateway.start()
  announce(Number(new URL(gateway.url).port))
}
