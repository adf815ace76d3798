import hapi, { type Request } from '@hapi/hapi'
import test from 'ava'
import { Problem } from 'gatewright'
import { createJwtStrategies } from '../../runtime/hapi/jwt-strategy.js'
import type { GatewayExchange } from '../../runtime/pipeline/exchange.js'
import type { AuthTest, VerifyToken } from '../../runtime/services.js'
import { hmac, rawToken } from '../helpers/tokens.js'

const token = rawToken({ alg: 'HS256', typ: 'JWT' }, { sub: 'ann' }, hmac('secret'))
const requestOf = ({ hapiRequest }: GatewayExchange) => hapiRequest as Request
const accept: VerifyToken = async (given) => ({ auth: { given }, expires: 0 })

/** Runs `auth` inside a real hapi request and returns what it left behind. */
async function runIn(server: hapi.Server, auth: AuthTest, headers: Record<string, string>) {
  const ran: { found?: unknown; request?: Request; error?: unknown } = {}
  const path = `/${server.table().length}`
  server.route({
    method: 'GET',
    path,
    handler: async (request) => {
      ran.request = request
      const exchange = { headers: request.headers, hapiRequest: request } as unknown as GatewayExchange
      await auth(exchange).then(
        (found) => {
          ran.found = found
        },
        (error: unknown) => {
          ran.error = error
        },
      )
      return ''
    },
  })
  await server.inject({ url: path, headers })
  return ran
}

test('a token goes through the hapi-auth-jwt2 scheme to `verify`, and its result comes back', async (t) => {
  const server = hapi.server()
  const jwtStrategy = await createJwtStrategies(server, requestOf)
  const ran = await runIn(server, jwtStrategy('session', 'authorization', accept), { authorization: `bearer ${token}` })
  t.deepEqual(ran.found, { given: token })
  t.like(ran.request?.auth, { token }, 'what the scheme itself read')
})

test('a token in another header is read bare', async (t) => {
  const server = hapi.server()
  const jwtStrategy = await createJwtStrategies(server, requestOf)
  const ran = await runIn(server, jwtStrategy('ops', 'x-ops', accept), { 'x-ops': token, authorization: 'Bearer x.y.z' })
  t.deepEqual(ran.found, { given: token })
  t.like(ran.request?.auth, { token })
})

test('what `verify` throws comes out as it is', async (t) => {
  const server = hapi.server()
  const jwtStrategy = await createJwtStrategies(server, requestOf)
  for (const thrown of [new Problem('AUTH_UNAVAILABLE'), new Problem('INVALID_CREDENTIALS'), new TypeError('a bug')]) {
    const refuse: VerifyToken = () => Promise.reject(thrown)
    const ran = await runIn(server, jwtStrategy('session', 'authorization', refuse), { authorization: `Bearer ${token}` })
    t.is(ran.error, thrown)
    t.false('isBoom' in thrown)
    t.is(ran.found, undefined)
  }
})

test('asking again under the same key, as a reload does, verifies with the new function', async (t) => {
  const server = hapi.server()
  const jwtStrategy = await createJwtStrategies(server, requestOf)
  const before = jwtStrategy('session', 'authorization', accept)
  const after = jwtStrategy('session', 'authorization', async () => ({ auth: 'new', expires: 0 }))
  t.is((await runIn(server, after, { authorization: `Bearer ${token}` })).found, 'new')
  t.deepEqual((await runIn(server, before, { authorization: `Bearer ${token}` })).found, { given: token }, 'requests in flight')
})

test('a server that already has the scheme keeps it', async (t) => {
  const server = hapi.server()
  await createJwtStrategies(server, requestOf)
  await t.notThrowsAsync(createJwtStrategies(server, requestOf))
})
