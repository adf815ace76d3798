// The gateway itself, as built, with the config that a user would write for each row.

import { defineGateway, type Gateway, headers, jwt, type RouteTree, rateLimit, route, upstream } from 'gatewright'
import { createGateway } from 'gatewright/runtime'
import { z } from 'zod'
import { announce, createNullLogger, readPeerArguments } from '../harness/peer-arguments.js'
import { AUDIENCE, ISSUER, ROUTE_COUNT, SECRET } from '../harness/rows.js'
import { LIMIT } from './hand/limiter.js'
import { NewUser, User } from './hand/users.js'

const { row, upstreamPort } = readPeerArguments()

const main = upstream('main', { targets: [`http://127.0.0.1:${upstreamPort}`] })
const session = jwt({
  issuer: ISSUER,
  audience: AUDIENCE,
  algorithms: ['HS256'],
  secret: SECRET,
  claims: z.object({ sub: z.string(), plan: z.string() }),
})

const plainItem = () => route({ method: 'GET', path: '/items/{id}', upstream: main })

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
    Array.from({ length: ROUTE_COUNT }, (_, index) => [
      `r${index}`,
      route({ method: 'GET', path: `/r${index}/items/{id}`, upstream: main }),
    ]),
  )

const trees: Readonly<Record<typeof row, () => RouteTree>> = {
  plain: () => ({ get: plainItem() }),
  policies: () => ({ get: guardedItem() }),
  log: () => ({ get: guardedItem() }),
  transform: () => ({ create: newUser() }),
  routes: manyRoutes,
}

const config: Gateway = defineGateway({
  info: { title: 'Benchmark', version: '1' },
  server: { host: '127.0.0.1', port: 0, limits: { requestsPerConnection: 1_000_000_000 } },
  admin: { port: 0 },
  log: { access: row === 'log' },
  routes: trees[row](),
})

const gateway = await createGateway(config, { port: 0, log: createNullLogger('info') })
await gateway.start()
announce(Number(new URL(gateway.url).port))
