// Fastify with @fastify/http-proxy, tuned: undici pool, own logger off, no schema compilation; the policies as hooks.

import { randomUUID } from 'node:crypto'
import proxy from '@fastify/http-proxy'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { Pool } from 'undici'
import { announce, createNullLogger, readPeerArguments } from '../harness/peer-arguments.js'
import { prefixes } from '../harness/rows.js'
import { takeOne } from './hand/limiter.js'
import { observe } from './hand/prometheus.js'
import { checkToken } from './hand/token.js'
import { fromUpstream, NewUser, toUpstream, User } from './hand/users.js'

const { row, upstreamPort } = readPeerArguments()
const upstream = `http://127.0.0.1:${upstreamPort}`
const log = createNullLogger('info')
const app = fastify({ logger: false, keepAliveTimeout: 70_000 })
const undici = { connections: 256, pipelining: 1, keepAliveTimeout: 60_000 }

async function guard(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const claims = checkToken(request.headers.authorization)
  if (!claims) return reply.code(401).send()
  if (takeOne(claims.sub) < 0) return reply.code(429).send()
  const requestId = randomUUID()
  request.headers['x-user'] = claims.sub
  request.headers['x-request-id'] = requestId
  delete request.headers.authorization
  delete request.headers.cookie
  reply.header('x-request-id', requestId).header('x-served-by', 'bench')
  return undefined
}

const guarded = row === 'policies' || row === 'log' || row === 'tokens-1000' || row === 'tokens-1000-rs256'

if (guarded)
  app.addHook('onResponse', async (request, reply) => {
    observe(request.method, reply.statusCode, reply.elapsedTime)
    if (row === 'log')
      log.info(
        { route: 'items.get', method: request.method, path: request.url, status: reply.statusCode, durationMs: reply.elapsedTime },
        'request',
      )
  })

if (row !== 'transform')
  for (const prefix of prefixes(row))
    await app.register(proxy, {
      upstream,
      prefix,
      rewritePrefix: prefix,
      undici,
      websocket: row === 'websocket',
      ...(guarded ? { preHandler: guard } : {}),
    })

if (row === 'transform') {
  const pool = new Pool(upstream, { connections: 256, pipelining: 1 })
  app.post('/users', async (request, reply) => {
    const parsed = NewUser.safeParse(request.body)
    if (!parsed.success) return reply.code(400).send()
    const { body } = await pool.request({
      path: '/users',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(toUpstream(parsed.data)),
    })
    return User.parse(fromUpstream((await body.json()) as Parameters<typeof fromUpstream>[0]))
  })
}

await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
if (address && typeof address === 'object') announce(address.port)
