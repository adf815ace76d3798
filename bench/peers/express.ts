// Express 5 with http-proxy-middleware, kept-alive agent; the policies as middleware.

import { randomUUID } from 'node:crypto'
import { Agent, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
// @ts-expect-error express brings no types, and the benchmark needs none of them
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { announce, readPeerArguments } from '../harness/peer-arguments.js'
import { prefixes } from '../harness/rows.js'
import { takeOne } from './hand/limiter.js'
import { observe } from './hand/prometheus.js'
import { checkToken } from './hand/token.js'

const { row, upstreamPort } = readPeerArguments()
const app = express()
app.disable('x-powered-by')
const agent = new Agent({ keepAlive: true, maxSockets: 256 })
const proxy = createProxyMiddleware({
  target: `http://127.0.0.1:${upstreamPort}`,
  changeOrigin: true,
  ...(row === 'websocket' ? {} : { agent }),
})

function guard(req: IncomingMessage, res: ServerResponse, next: () => void): void {
  const start = performance.now()
  const claims = checkToken(req.headers.authorization)
  if (!claims || takeOne(claims.sub) < 0) {
    res.writeHead(claims ? 429 : 401).end()
    return
  }
  const requestId = randomUUID()
  req.headers['x-user'] = claims.sub
  req.headers['x-request-id'] = requestId
  delete req.headers.authorization
  delete req.headers.cookie
  res.setHeader('x-request-id', requestId)
  res.setHeader('x-served-by', 'bench')
  res.on('finish', () => observe(req.method ?? '', res.statusCode, performance.now() - start))
  next()
}

const guarded = row === 'policies' || row === 'tokens-1000' || row === 'tokens-1000-rs256'
for (const prefix of prefixes(row)) app.all(`${prefix}/:id`, ...(guarded ? [guard] : []), proxy)

const server: Server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') announce(address.port)
})
server.keepAliveTimeout = 70_000
if (row === 'websocket') server.on('upgrade', proxy.upgrade)
