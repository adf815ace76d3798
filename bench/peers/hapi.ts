// Stock hapi with @hapi/h2o2, and hapi-auth-jwt2 where there are policies, as their documentation shows them.

import { randomUUID } from 'node:crypto'
import h2o2 from '@hapi/h2o2'
import { server as createServer, type Plugin, type Request } from '@hapi/hapi'
import * as hapiAuthJwt2 from 'hapi-auth-jwt2'
import { AUDIENCE, ISSUER, SECRET } from '../harness/credentials.js'
import { announce, readPeerArguments } from '../harness/peer-arguments.js'
import { prefixes } from '../harness/rows.js'
import { takeOne } from './hand/limiter.js'
import { observe } from './hand/prometheus.js'

const { row, upstreamPort, publicKey } = readPeerArguments()
const server = createServer({ host: '127.0.0.1', port: 0 })
await server.register(h2o2 as unknown as Plugin<void>)

const passThrough = { proxy: { host: '127.0.0.1', port: upstreamPort, protocol: 'http', passThrough: true } } as const

const guarded = row === 'policies' || row === 'tokens-1000' || row === 'tokens-1000-rs256'

// A stream is passed on as it comes; a parsed body would be refused by its type.
const options = row === '1mib-up' ? { payload: { output: 'stream', parse: false } } : {}
if (!guarded)
  for (const prefix of prefixes(row)) server.route({ method: '*', path: `${prefix}/{id}`, handler: passThrough, options } as never)

const isBoom = (response: Request['response']): response is Extract<Request['response'], Error> => 'isBoom' in response

if (guarded) {
  await server.register({ plugin: hapiAuthJwt2 })
  server.auth.strategy('session', 'jwt', {
    key: row === 'tokens-1000-rs256' ? publicKey : SECRET,
    validate: async () => ({ isValid: true }),
    verifyOptions: { algorithms: [row === 'tokens-1000-rs256' ? 'RS256' : 'HS256'], issuer: ISSUER, audience: AUDIENCE },
  })
  const mapUri = async (request: Request) => {
    const { authorization: _authorization, cookie: _cookie, host: _host, ...kept } = request.headers
    const { sub } = request.auth.credentials as unknown as { sub: string }
    const headers = { ...kept, 'x-user': sub, 'x-request-id': request.headers['x-request-id'] ?? '' }
    return { uri: `http://127.0.0.1:${upstreamPort}${request.path}`, headers }
  }
  server.ext('onPreHandler', (request, h) => {
    const { sub } = request.auth.credentials as unknown as { sub: string }
    request.headers['x-request-id'] = randomUUID()
    return takeOne(sub) < 0 ? h.response().code(429).takeover() : h.continue
  })
  server.ext('onPreResponse', ({ response, headers }, h) => {
    if (isBoom(response)) return h.continue
    response.header('x-request-id', String(headers['x-request-id'])).header('x-served-by', 'bench')
    return h.continue
  })
  server.events.on('response', (request) => {
    const { response, method, info } = request
    observe(method, isBoom(response) ? response.output.statusCode : response.statusCode, info.responded - info.received)
  })
  server.route({ method: 'GET', path: '/items/{id}', options: { auth: 'session' }, handler: { proxy: { mapUri } } } as never)
}

await server.start()
announce(Number(server.info.port))
